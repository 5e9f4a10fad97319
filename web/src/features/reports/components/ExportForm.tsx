import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExportFormat } from '../../../../../shared/exports/schema.ts'
import { EXPORT_RIGHTS, type ExportKind, mayExport } from '../../../../../shared/rights/results.ts'
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
const OF_DOCTOR = new Set<ExportKind>(['visits', 'diagnoses', 'payments', 'appointments'])
const NOT_BY_DAY = new Set<ExportKind>(['medications'])
const ACTIVE = ['all', 'active', 'retired'] as const
const NOTHING = { from: '', to: '', doctorId: '', state: '', company: '', active: 'all' }
type Typed = typeof NOTHING

/** What was typed that narrows an export of this kind. */
function filterOf(
  kind: ExportKind,
  { from, to, doctorId, state, company, active }: Typed,
): ExportAsk['filter'] {
  const byDay = !NOT_BY_DAY.has(kind)
  const ofPatients = kind === 'patients'
  return {
    ...(byDay && from !== '' && { from }),
    ...(byDay && to !== '' && { to }),
    ...(OF_DOCTOR.has(kind) && doctorId !== '' && { doctorId }),
    ...(ofPatients && state !== '' && { state }),
    ...(ofPatients && company.trim() !== '' && { company: company.trim() }),
    ...(kind === 'medications' && active !== 'all' && { active: active === 'active' }),
  }
}

/** Asks for records of the clinic as a file. */
export function ExportForm() {
  const { t } = useTranslation()
  const permissions = new Set(useUser().permissions)
  const kinds = (Object.keys(EXPORT_RIGHTS) as ExportKind[]).filter((kind) =>
    mayExport({ permissions }, kind),
  )
  const [kind, setKind] = useState<ExportKind>(kinds[0] ?? 'patients')
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
  const formats = FORMATS.filter((one) => one !== 'fhir' || kind === 'patients')
  const chosen = formats.find((one) => one === format) ?? 'csv'
  const byDay = !NOT_BY_DAY.has(kind)
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
            setKind((next ?? kind) as ExportKind)
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
        {kind === 'medications' ? (
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
