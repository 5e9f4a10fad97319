import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { RELATIONS, type Relation } from '../types.ts'

interface RelationSelectProps {
  label: string
  /** Says the label only to those who do not see where it stands. */
  quiet?: boolean
  value: Relation
  onChange: (relation: Relation) => void
}

/** What somebody is in a family. */
export function RelationSelect({ label, quiet = false, value, onChange }: RelationSelectProps) {
  const { t } = useTranslation()
  return (
    <Select
      {...(quiet ? { 'aria-label': label, size: 'xs', w: 150 } : { label })}
      allowDeselect={false}
      data={RELATIONS.map((one) => ({ value: one, label: t(`families.relation.${one}`) }))}
      value={value}
      onChange={(next) => next !== null && next !== value && onChange(next as Relation)}
    />
  )
}
