import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExportFormat } from '../../../../../shared/exports/schema.ts'
import {
  FHIR_KINDS,
  mayExport,
  TABLE_EXPORT_RIGHTS,
  type TableExportKind,
} from '../../../../../shared/rights/results.ts'
import { STATES } from '../../../../../shared/units/states.ts'
import { useUser } from '../../../app/session.tsx'
import { HttpError } from '../../../lib/problem.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { useKeyFor } from '../../consultations/papers/once.ts'
import { operationKeys } from '../../operations/api.ts'
import { type ExportAsk, startExport } from '../api.ts'
import { DoctorField } from './ParamFields.tsx'
import styles from './Reports.module.css'

const FORMATS = ['csv', 'xlsx', 'ndjson', 'fhir'] as const satisfies readonly ExportFormat[]
const OF_DOCTOR = new Set<TableExportKind>([
  'visits',
  'diagnoses',
  'certificates',
  'bills',
  'payments',
  'appointments',
])
const CATALOGUES = new Set<TableExportKind>(['medications', 'doctors', 'icd10'])
const IMPORTED = new Set<TableExportKind>([
  'patients',
  'visits',
  'conditions',
  'prescriptions',
  'payments',
  'appointments',
])
const ACTIVE = ['all', 'active', 'retired'] as const
const NOTHING = { from: '', to: '', doctorId: '', state: '', company: '', source: '', active: 'all' }
type Typed = typeof NOTHING

/** What was typed that narrows an export of this kind. */
function filterOf(
  kind: TableExportKind,
  { from, to, doctorId, state, company, source, active }: Typed,
): ExportAsk['filter'] {
  const byDay = !CATALOGUES.has(kind)
  const ofPatients = kind === 'patients'
  return {
    ...(byDay && from !== '' && { from }),
    ...(byDay && to !== '' && { to }),
    ...(OF_DOCTOR.has(kind) && doctorId !== '' && { doctorId }),
    ...(ofPatients && state !== '' && { state }),
    ...(ofPatients && company.trim() !== '' && { company: company.trim() }),
    ...(IMPORTED.has(kind) && source.trim() !== '' && { source: source.trim() }),
    ...(CATALOGUES.has(kind) && active !== 'all' && { active: active === 'active' }),
  }
}

/** Asks for records of the clinic as a file. */
export function ExportForm() {
  const { t } = useTranslation()
  const permissions = new Set(useUser().permissions)
  const kinds = (Object.keys(TABLE_EXPORT_RIGHTS) as TableExportKind[]).filter((kind) =>
    mayExport({ permissions }, kind),
  )
  const [kind, setKind] = useState<TableExportKind>(kinds[0] ?? 'patients')
  const [typed, setTyped] = useState(NOTHING)
  const [format, setFormat] = useState<string>('csv')
  const [sent, setSent] = useState(0)
  const queries = useQueryClient()
  const keyFor = useKeyFor()
  const start = useMutation({
    mutationFn: (ask: ExportAsk) => startExport(ask, keyFor({ ask, sent })),
    onSuccess: () => setSent(sent + 1),
    onSettled: () => queries.invalidateQueries({ queryKey: operationKeys.lists }),
  })
  const formats = FORMATS.filter((one) => one !== 'fhir' || FHIR_KINDS.includes(kind))
  const chosen = formats.find((one) => one === format) ?? 'csv'
  const byDay = !CATALOGUES.has(kind)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (start.isPending) return
    start.mutate({ kind, format: chosen, filter: filterOf(kind, typed) })
  }
  const errorOf = (field: string): string | null =>
    start.error instanceof HttpError
      ? (start.error.errors.find(({ path }) => path === `filter.${field}`)?.message ?? null)
      : null
  const dayField = (field: 'from' | 'to') => (
    <DayInput
      label={t(`reports.param.${field}`)}
      w={140}
      value={typed[field]}
      onChange={(day) => setTyped((now) => ({ ...now, [field]: day }))}
      error={errorOf(field)}
    />
  )
  return (
    <form onSubmit={submit} aria-label={t('reports.newExport')}>
      <ErrorNotice error={start.error} />
      <div className={styles.fields}>
        <Select
          label={t('reports.records')}
          data-field="kind"
          w={200}
          allowDeselect={false}
          data={kinds.map((one) => ({ value: one, label: t(`reports.exportKind.${one}`) }))}
          value={kind}
          onChange={(next) => {
            setKind((next ?? kind) as TableExportKind)
            start.reset()
          }}
        />
        {byDay ? dayField('from') : null}
        {byDay ? dayField('to') : null}
        {OF_DOCTOR.has(kind) ? (
          <DoctorField
            value={typed.doctorId}
            onChange={(doctorId) => setTyped((now) => ({ ...now, doctorId }))}
            error={errorOf('doctorId')}
          />
        ) : null}
        {kind === 'patients' ? (
          <Select
            label={t('patients.state')}
            placeholder={t('reports.all')}
            w={170}
            searchable
            clearable
            clearButtonProps={{ 'aria-label': t('patients.clearState') }}
            data={Object.keys(STATES)}
            value={typed.state || null}
            onChange={(state) => setTyped((now) => ({ ...now, state: state ?? '' }))}
            error={errorOf('state')}
          />
        ) : null}
        {kind === 'patients' ? (
          <TextInput
            label={t('patients.company')}
            placeholder={t('exports.companyHint')}
            w={200}
            maxLength={200}
            autoComplete="off"
            value={typed.company}
            onChange={(event) => {
              const company = event.currentTarget.value
              setTyped((now) => ({ ...now, company }))
            }}
            error={errorOf('company')}
          />
        ) : null}
        {IMPORTED.has(kind) ? (
          <TextInput
            label={t('exports.source')}
            placeholder={t('exports.sourceHint')}
            w={200}
            maxLength={40}
            autoComplete="off"
            value={typed.source}
            onChange={(event) => {
              const source = event.currentTarget.value
              setTyped((now) => ({ ...now, source }))
            }}
            error={errorOf('source')}
          />
        ) : null}
        {CATALOGUES.has(kind) ? (
          <Select
            label={t('exports.which')}
            data-field="active"
            w={160}
            allowDeselect={false}
            data={ACTIVE.map((value) => ({ value, label: t(`exports.active.${value}`) }))}
            value={typed.active}
            onChange={(active) => setTyped((now) => ({ ...now, active: active ?? 'all' }))}
          />
        ) : null}
        <Select
          label={t('reports.format')}
          data-field="format"
          w={120}
          allowDeselect={false}
          data={formats.map((one) => ({ value: one, label: one.toUpperCase() }))}
          value={chosen}
          onChange={(next) => setFormat(next ?? 'csv')}
        />
        <Button type="submit" loading={start.isPending}>
          {t('reports.startExport')}
        </Button>
      </div>
      {byDay ? <p className={styles.hint}>{t('reports.periodHint')}</p> : null}
    </form>
  )
}
