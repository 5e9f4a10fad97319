import { MultiSelect, Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import ui from '../../../ui/ui.module.css'
import { useFieldName } from '../field-name.ts'
import { examplesOf, isNeeded, modeOf, withSource } from '../mapping.ts'
import type { ColumnSource, ImportField, Mapping, PreviewRow } from '../types.ts'
import styles from './imports.module.css'

/** Room for the word beside the text between joined columns, in both languages. */
const SHORT_WORD_PX = 64
/** Choices that are not a column; no header can begin with this character. */
const JOIN = '\u0000join'
const VALUE = '\u0000value'

interface MappingEditorProps {
  fields: readonly ImportField[]
  columns: readonly string[]
  rows: readonly PreviewRow[]
  mapping: Mapping
  lenient: boolean
  onChange: (mapping: Mapping) => void
}

/** Says for each field where its value comes from, with examples out of the file beside it. */
export function MappingEditor({ fields, columns, rows, mapping, lenient, onChange }: MappingEditorProps) {
  const { t } = useTranslation()
  const nameOf = useFieldName()
  return (
    <div className={ui.tableWrap}>
      <table className={`${ui.table} ${styles.mapping}`}>
        <thead>
          <tr>
            <th scope="col">{t('mapping.field')}</th>
            <th scope="col">{t('mapping.from')}</th>
            <th scope="col">{t('mapping.examples')}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => {
            const needed = isNeeded(field, lenient)
            return (
              <tr key={field.name} data-missing={needed && mapping[field.name] === undefined}>
                <th scope="row">
                  {nameOf(field.name)}
                  {needed ? <span className={styles.needed}>{t('mapping.needed')}</span> : null}
                </th>
                <td>
                  <SourceEditor
                    label={t('mapping.fromFor', { field: nameOf(field.name) })}
                    columns={columns}
                    source={mapping[field.name]}
                    onChange={(source) => onChange(withSource(mapping, field.name, source))}
                  />
                </td>
                <td className={styles.examples}>{examplesOf(rows, field.name).join(' · ')}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

interface SourceEditorProps {
  label: string
  columns: readonly string[]
  source: ColumnSource | undefined
  onChange: (source: ColumnSource | undefined) => void
}

function SourceEditor({ label, columns, source, onChange }: SourceEditorProps) {
  const { t } = useTranslation()
  const mode = modeOf(source)
  const value = mode === 'column' ? (source as string) : { join: JOIN, value: VALUE, none: null }[mode]
  const choose = (chosen: string | null): void => {
    if (chosen === null) onChange(undefined)
    else if (chosen === JOIN) onChange({ join: typeof source === 'string' ? [source] : [], with: ' ' })
    else if (chosen === VALUE) onChange({ value: '' })
    else onChange(chosen)
  }
  return (
    <div className={styles.source}>
      <Select
        size="xs"
        aria-label={label}
        placeholder={t('mapping.notGiven')}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('mapping.clear', { field: label }) }}
        value={value}
        onChange={choose}
        data={[
          { group: t('mapping.columns'), items: [...columns] },
          {
            group: t('mapping.otherWays'),
            items: [
              { value: JOIN, label: t('mapping.join') },
              { value: VALUE, label: t('mapping.value') },
            ],
          },
        ]}
      />
      {typeof source === 'object' && 'join' in source ? (
        <>
          <MultiSelect
            size="xs"
            aria-label={t('mapping.joinColumns', { field: label })}
            placeholder={source.join.length === 0 ? t('mapping.joinPick') : ''}
            data={[...columns]}
            value={source.join}
            onChange={(join) => onChange({ ...source, join })}
          />
          <TextInput
            size="xs"
            aria-label={t('mapping.joinWith', { field: label })}
            // a space is the usual text between: without a word beside it the box looks empty and without a purpose
            leftSection={<small>{t('mapping.joinWithShort')}</small>}
            leftSectionWidth={SHORT_WORD_PX}
            value={source.with}
            onChange={(event) => onChange({ ...source, with: event.currentTarget.value })}
          />
        </>
      ) : null}
      {typeof source === 'object' && 'value' in source ? (
        <TextInput
          size="xs"
          aria-label={t('mapping.valueFor', { field: label })}
          placeholder={t('mapping.valueHint')}
          value={source.value}
          onChange={(event) => onChange({ value: event.currentTarget.value })}
        />
      ) : null}
    </div>
  )
}
