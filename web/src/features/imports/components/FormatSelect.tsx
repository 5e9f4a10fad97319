import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Format } from '../types.ts'

const FORMATS: readonly Format[] = ['csv', 'tsv', 'xlsx', 'ndjson', 'fhir']

interface FormatSelectProps {
  value: Format | null
  onChange: (format: Format) => void
}

/** What the file is, where it was not found out or found out wrongly. */
export function FormatSelect({ value, onChange }: FormatSelectProps) {
  const { t } = useTranslation()
  return (
    <Select
      label={t('newImport.format')}
      allowDeselect={false}
      data={FORMATS.map((format) => ({ value: format, label: t(`newImport.formatName.${format}`) }))}
      value={value}
      onChange={(chosen) => chosen && onChange(chosen as Format)}
    />
  )
}
