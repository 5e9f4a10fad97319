import { Button, Select } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../../lib/format.ts'
import { useFieldName, useReasonText } from '../../field-name.ts'
import type { RefusedGroup } from './api.ts'
import { ChoiceInputs } from './ChoiceInputs.tsx'
import { type Choice, type Choices, keyOf, NO_CHOICE, type Way, waysOf } from './choices.ts'
import styles from './fixes.module.css'

/** Causes shown before one asks for the rest; the first are most of the rows. */
const FEW_GROUPS = 10

interface GroupTableProps {
  groups: readonly RefusedGroup[]
  choices: Choices
  isStrict: boolean
  onChoose: (key: string, choice: Choice) => void
}

/** The causes, most frequent first, each with what can be done about all of its rows. */
export function GroupTable({ groups, choices, isStrict, onChoose }: GroupTableProps) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  const hidden = all ? 0 : Math.max(0, groups.length - FEW_GROUPS)
  return (
    <>
      <table className={styles.groups} aria-label={t('fixes.groups')}>
        <thead>
          <tr>
            <th scope="col">{t('refused.reason')}</th>
            <th scope="col" className={styles.number}>
              {t('fixes.rows')}
            </th>
            <th scope="col">{t('fixes.example')}</th>
            <th scope="col">{t('fixes.what')}</th>
          </tr>
        </thead>
        <tbody>
          {groups.slice(0, groups.length - hidden).map((group) => (
            <GroupRow
              key={keyOf(group)}
              group={group}
              isStrict={isStrict}
              choice={choices[keyOf(group)] ?? NO_CHOICE}
              onChoose={(choice) => onChoose(keyOf(group), choice)}
            />
          ))}
        </tbody>
      </table>
      {hidden === 0 ? null : (
        <Button mt={8} size="xs" variant="default" onClick={() => setAll(true)}>
          {t('refused.moreCauses', { count: hidden })}
        </Button>
      )}
    </>
  )
}

interface GroupRowProps {
  group: RefusedGroup
  isStrict: boolean
  choice: Choice
  onChoose: (choice: Choice) => void
}

function GroupRow({ group, isStrict, choice, onChoose }: GroupRowProps) {
  const { t } = useTranslation()
  const nameOf = useFieldName()
  const reasonOf = useReasonText()
  const ways = waysOf(group, isStrict)
  const reason = reasonOf(group.code, group.message)
  const field = group.column === null ? '' : nameOf(group.column)
  const values = group.values.filter(({ value }) => value !== '').slice(0, 3)
  return (
    <tr data-group={keyOf(group).trim()}>
      <th scope="row">
        {field === '' ? null : <span className={styles.field}>{`${field}: `}</span>}
        {reason}
      </th>
      <td className={styles.number}>{formatCount(group.count)}</td>
      <td className={styles.example}>
        {values.length > 0
          ? values.map(({ value }) => <code key={value}>{value}</code>)
          : t('fixes.line', { line: formatCount(group.examples[0]?.line ?? 0) })}
      </td>
      <td className={styles.what}>
        <Select
          aria-label={t('fixes.whatFor', { reason: `${field} ${reason}`.trim() })}
          allowDeselect={false}
          data={ways.map((way) => ({ value: way, label: t(`fixes.way.${way}`) }))}
          value={ways.includes(choice.way) ? choice.way : 'leave'}
          onChange={(way) => way && onChoose({ ...choice, way: way as Way })}
        />
        <ChoiceInputs group={group} choice={choice} onChoose={onChoose} />
      </td>
    </tr>
  )
}
