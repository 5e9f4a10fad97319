import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes, formatCount } from '../../../lib/format.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import { useFieldName, useReasonText } from '../field-name.ts'
import { fromWire, missingFields, toWire, unusedColumns } from '../mapping.ts'
import { type Format, type ImportKind, type ImportOptions, isFhir, type Mapping } from '../types.ts'
import { usePreview } from '../use-preview.ts'
import { EarlierMappings } from './EarlierMappings.tsx'
import { FormatSelect } from './FormatSelect.tsx'
import styles from './imports.module.css'
import { MappingEditor } from './MappingEditor.tsx'
import { OptionsForm } from './OptionsForm.tsx'
import { PreviewTable } from './PreviewTable.tsx'
import { SameFileNotice } from './SameFileNotice.tsx'
import { StartBar } from './StartBar.tsx'

interface ImportSetupProps {
  kind: ImportKind
  file: File
  onOther: () => void
}

/** What the file looks like, how it will be read and treated, and the start. */
export function ImportSetup({ kind, file, onOther }: ImportSetupProps) {
  const { t } = useTranslation()
  const nameOf = useFieldName()
  const [options, setOptions] = useState<ImportOptions>({})
  const [format, setFormat] = useState<Format | undefined>()
  const [mapping, setMapping] = useState<Mapping | null>(null)
  const asked: ImportOptions =
    mapping === null ? options : { ...options, mapping: toWire(mapping, kind.fields) }
  const { preview, error, busy, again } = usePreview({ kind: kind.kind, format, options: asked }, file)
  const used = mapping ?? fromWire(preview?.mapping ?? {})
  const strictness = options.strictness ?? preview?.strictness ?? 'strict'
  const lenient = strictness === 'lenient'
  const isMapped = preview === null || !isFhir(preview.format)
  const missing = isMapped ? missingFields(kind.fields, used, lenient) : []
  const unused = preview ? unusedColumns(preview.columns, used) : []

  const chooseFormat = (chosen: Format): void => {
    // Read another way the file has other columns: what was mapped by hand no longer fits.
    setMapping(null)
    setFormat(chosen)
  }
  const sent: ImportOptions = {
    ...options,
    strictness,
    ...(isMapped ? { mapping: toWire(used, kind.fields) } : {}),
  }

  return (
    <>
      <div className={styles.facts}>
        <Fact name={t('newImport.file')} value={`${file.name} · ${formatBytes(file.size)}`} />
        {preview ? (
          <>
            <Fact name={t('newImport.format')} value={t(`newImport.formatName.${preview.format}`)} />
            {preview.encoding === null ? null : (
              <Fact name={t('options.encoding')} value={preview.encoding.toUpperCase()} />
            )}
            <Fact name={t('newImport.columns')} value={formatCount(preview.columns.length)} />
          </>
        ) : null}
        <Button className={styles.factsEnd} size="xs" variant="default" onClick={onOther}>
          {t('newImport.other')}
        </Button>
      </div>
      <div style={{ marginTop: 12 }}>
        <ErrorNotice error={error} onRetry={again} />
        {busy && preview === null ? <Loading rows={8} /> : null}
        {error !== null && preview === null ? (
          <div className={styles.options}>
            <FormatSelect value={format ?? null} onChange={chooseFormat} />
          </div>
        ) : null}
        <SameFileNotice id={preview?.sameFileAs} />
        {preview && options.strictness === undefined && lenient ? (
          <Notice>{t('newImport.lenientSuggested')}</Notice>
        ) : null}
      </div>
      {preview === null ? null : (
        <div className={busy ? styles.stale : undefined} aria-busy={busy}>
          <Section title={t('newImport.how')}>
            <OptionsForm
              format={format}
              options={options}
              preview={preview}
              onChange={(change) => {
                // Read another way the file has other columns: what was mapped by hand no longer fits.
                if (change.encoding || change.delimiter) setMapping(null)
                setOptions((now) => ({ ...now, ...change }))
              }}
              onFormat={chooseFormat}
            />
          </Section>
          <Section title={t('newImport.firstRows')}>
            <ProblemSummary counts={preview.problemsByCode} checked={preview.rowsChecked} />
            <PreviewTable preview={preview} mapping={used} fields={kind.fields} />
          </Section>
          {isMapped ? (
            <Section title={t('mapping.title')}>
              {missing.length > 0 ? (
                <Notice tone="bad">{t('mapping.missing', { fields: missing.map(nameOf).join(', ') })}</Notice>
              ) : null}
              <EarlierMappings
                kind={kind.kind}
                columns={preview.columns}
                onChoose={(earlier) => {
                  setMapping(fromWire(earlier.mapping))
                  setOptions((now) => ({ ...now, strictness: earlier.strictness }))
                }}
              />
              <MappingEditor
                fields={kind.fields}
                columns={preview.columns}
                rows={preview.rows}
                mapping={used}
                lenient={lenient}
                onChange={setMapping}
              />
              {unused.length > 0 ? <p>{t('mapping.unused', { columns: unused.join(', ') })}</p> : null}
            </Section>
          ) : (
            <p>{t('newImport.fhirFields')}</p>
          )}
          <StartBar
            file={file}
            choices={{ kind: kind.kind, format, options: sent }}
            blocked={busy || error !== null || missing.length > 0}
          />
        </div>
      )}
    </>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <dl>
      <div className={styles.fact}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    </dl>
  )
}

function ProblemSummary({ counts, checked }: { counts: Record<string, number>; checked: number }) {
  const { t } = useTranslation()
  const reasonOf = useReasonText()
  const found = Object.entries(counts).sort(([, one], [, other]) => other - one)
  if (found.length === 0)
    return (
      <Notice tone="good">
        {t('newImport.noProblems', { count: checked, shown: formatCount(checked) })}
      </Notice>
    )
  return (
    <Notice tone="warn" title={t('newImport.problems', { count: checked, shown: formatCount(checked) })}>
      {found.map(([code, count]) => `${reasonOf(code)} (${formatCount(count)})`).join(' · ')}
    </Notice>
  )
}
