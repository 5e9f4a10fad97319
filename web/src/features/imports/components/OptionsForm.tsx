import { Select, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Format, ImportOptions, OnDuplicate, Preview, Strictness } from '../types.ts'
import { FormatSelect } from './FormatSelect.tsx'
import styles from './imports.module.css'

const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'gb18030', 'big5'] as const
const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const
type Delimiter = (typeof DELIMITERS)[keyof typeof DELIMITERS]
const STRICTNESS: readonly Strictness[] = ['strict', 'lenient']
const ON_DUPLICATE: readonly OnDuplicate[] = ['reject', 'skip', 'update']

interface OptionsFormProps {
  /** The format that somebody chose; undefined while it is the one that was found. */
  format: Format | undefined
  options: ImportOptions
  preview: Preview
  onChange: (change: Partial<ImportOptions>) => void
  onFormat: (format: Format) => void
}

/** How the rows are to be treated; what the file told by itself is already chosen. */
export function OptionsForm({ format, options, preview, onChange, onFormat }: OptionsFormProps) {
  const { t } = useTranslation()
  const strictness = options.strictness ?? preview.strictness
  const onDuplicate = options.onDuplicate ?? 'reject'
  return (
    <div className={styles.options}>
      <Select
        label={t('options.strictness')}
        description={t(`options.strictnessHint.${strictness}`)}
        inputWrapperOrder={['label', 'input', 'description']}
        allowDeselect={false}
        data={STRICTNESS.map((value) => ({ value, label: t(`options.strictnessName.${value}`) }))}
        value={strictness}
        onChange={(value) => value && onChange({ strictness: value as Strictness })}
      />
      <Select
        label={t('options.onDuplicate')}
        description={t(`options.onDuplicateHint.${onDuplicate}`)}
        inputWrapperOrder={['label', 'input', 'description']}
        allowDeselect={false}
        data={ON_DUPLICATE.map((value) => ({ value, label: t(`options.onDuplicateName.${value}`) }))}
        value={onDuplicate}
        onChange={(value) => value && onChange({ onDuplicate: value as OnDuplicate })}
      />
      <FormatSelect value={format ?? preview.format} onChange={onFormat} />
      {preview.encoding === null ? null : <TextOptions {...{ options, preview, onChange }} />}
      <Switch
        mt={26}
        label={t('options.dryRun')}
        description={t('options.dryRunHint')}
        checked={options.dryRun ?? false}
        onChange={(event) => onChange({ dryRun: event.currentTarget.checked })}
      />
      <Switch
        mt={26}
        label={t('options.allOrNothing')}
        description={t('options.allOrNothingHint')}
        checked={options.mode === 'all-or-nothing'}
        onChange={(event) => onChange({ mode: event.currentTarget.checked ? 'all-or-nothing' : 'good-rows' })}
      />
    </div>
  )
}

/** What only a delimited text has. */
function TextOptions({ options, preview, onChange }: Omit<OptionsFormProps, 'format' | 'onFormat'>) {
  const { t } = useTranslation()
  return (
    <>
      <Select
        label={t('options.encoding')}
        allowDeselect={false}
        data={ENCODINGS.map((value) => ({ value, label: value.toUpperCase() }))}
        value={options.encoding ?? preview.encoding}
        onChange={(value) => value && onChange({ encoding: value as (typeof ENCODINGS)[number] })}
      />
      <Select
        label={t('options.delimiter')}
        allowDeselect={false}
        data={Object.entries(DELIMITERS).map(([name, value]) => ({
          value,
          label: t(`options.delimiterName.${name}`),
        }))}
        value={options.delimiter ?? preview.delimiter}
        onChange={(value) => value && onChange({ delimiter: value as Delimiter })}
      />
    </>
  )
}
