import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../../lib/format.ts'
import { useFieldName } from '../../field-name.ts'
import type { RefusedGroup } from './api.ts'
import type { Choice } from './choices.ts'
import styles from './fixes.module.css'

interface ChoiceInputsProps {
  group: RefusedGroup
  choice: Choice
  onChoose: (choice: Choice) => void
}

/** What else has to be said for a choice: one value for all, or another for each value of the file. */
export function ChoiceInputs({ group, choice, onChoose }: ChoiceInputsProps) {
  const { t } = useTranslation()
  const nameOf = useFieldName()
  if (choice.way === 'value')
    return (
      <TextInput
        mt={6}
        label={t('fixes.valueFor', { field: nameOf(group.column ?? '') })}
        value={choice.value}
        maxLength={255}
        onChange={(event) => onChoose({ ...choice, value: event.currentTarget.value })}
      />
    )
  if (choice.way !== 'mapped') return null
  return (
    <div className={styles.mapped}>
      {group.values.map(({ value, count }) => (
        <TextInput
          key={value}
          label={
            <>
              <code>{value === '' ? t('fixes.nothing') : value}</code>{' '}
              <span className={styles.quiet}>{`× ${formatCount(count)}`}</span>
            </>
          }
          aria-label={t('fixes.instead', { value: value === '' ? t('fixes.nothing') : value })}
          placeholder={t('fixes.asItIs')}
          value={choice.mapped[value] ?? ''}
          maxLength={255}
          onChange={(event) =>
            onChoose({ ...choice, mapped: { ...choice.mapped, [value]: event.currentTarget.value } })
          }
        />
      ))}
      {group.valuesOf < group.count ? (
        <p className={styles.hint}>{t('fixes.firstRows', { shown: formatCount(group.valuesOf) })}</p>
      ) : null}
    </div>
  )
}
