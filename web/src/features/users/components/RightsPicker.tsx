import { Checkbox } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { groupOf, RIGHT_GROUPS, rightKey } from '../rights.ts'
import type { Permission } from '../types.ts'
import styles from './RightsPicker.module.css'

interface RightsPickerProps {
  legend: string
  /** Those that are offered. */
  rights: readonly Permission[]
  value: readonly Permission[]
  /** Those that are there in any case: shown as chosen, not to be taken off. */
  fixed?: ReadonlySet<Permission>
  onChange: (rights: Permission[]) => void
}

const NONE: ReadonlySet<Permission> = new Set()

/** Rights by what they are about, in words, to choose from. */
export function RightsPicker({ legend, rights, value, fixed = NONE, onChange }: RightsPickerProps) {
  const { t, i18n } = useTranslation()
  const nameOf = (right: Permission): string => (i18n.exists(rightKey(right)) ? t(rightKey(right)) : right)
  return (
    <fieldset className={styles.rights}>
      <legend>{legend}</legend>
      {RIGHT_GROUPS.map((group) => {
        const members = rights.filter((right) => groupOf(right) === group)
        return members.length === 0 ? null : (
          <fieldset key={group} className={styles.group}>
            <legend>{t(`rights.group.${group}`)}</legend>
            {members.map((right) => (
              <Checkbox
                key={right}
                size="sm"
                label={nameOf(right)}
                data-right={right}
                disabled={fixed.has(right)}
                checked={fixed.has(right) || value.includes(right)}
                onChange={(event) =>
                  onChange(
                    event.currentTarget.checked ? [...value, right] : value.filter((one) => one !== right),
                  )
                }
              />
            ))}
          </fieldset>
        )
      })}
    </fieldset>
  )
}
