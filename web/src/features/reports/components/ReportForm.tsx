import { Button, Select } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { useKeyFor } from '../../consultations/papers/once.ts'
import { operationKeys } from '../../operations/api.ts'
import { fetchCatalog, type ReportAsk, reportKeys, startReport } from '../api.ts'
import { firstValues, isComplete, paramsOf, type Values } from '../params.ts'
import { canRepeat, undated } from '../standing.ts'
import type { CatalogEntry } from '../types.ts'
import { ParamFields } from './ParamFields.tsx'
import { RepeatDialog } from './RepeatDialog.tsx'
import styles from './Reports.module.css'

/** Picks a report of those one may have. */
export function ReportForm() {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: reportKeys.catalog,
    queryFn: ({ signal }) => fetchCatalog(signal),
    staleTime: 60_000,
  })
  const shown = useKept('reports.catalog', query)
  const reports = shown.data?.data ?? []
  return (
    <>
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={2} /> : null}
      {shown.data && reports.length === 0 ? <Empty title={t('reports.noneToHave')} /> : null}
      {reports.length > 0 ? <Form reports={reports} /> : null}
    </>
  )
}

/** Sends one question once, however often it is pressed, and shows what was asked for at once. */
function useStart() {
  const queries = useQueryClient()
  const keyFor = useKeyFor()
  return useMutation({
    // asked again for a newer state of the same figures: a new key, a repeated press while waiting: the same
    mutationFn: ({ ask, at }: { ask: ReportAsk; at: number }) => startReport(ask, keyFor({ ask, at })),
    onSettled: () => queries.invalidateQueries({ queryKey: operationKeys.lists }),
  })
}

/** What of the form outlives a reload; who a report is about does not. */
const UNTOUCHED = { name: '', format: 'pdf', typed: {} as Values }

function Form({ reports }: { reports: readonly CatalogEntry[] }) {
  const { t, i18n } = useTranslation()
  const language = i18n.language === 'ms' ? 'ms' : 'en'
  const draft = useDraft('report', UNTOUCHED)
  const { name, format, typed } = draft.value
  const [patientId, setPatientId] = useState('')
  const [sent, setSent] = useState(0)
  const [repeating, setRepeating] = useState(false)
  const start = useStart()
  const report = reports.find((one) => one.name === name) ?? (reports[0] as CatalogEntry)
  const values = { ...firstValues(report), ...typed, patientId }
  const fault = start.error instanceof HttpError ? start.error : null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (start.isPending) return
    const ask = { report: report.name, params: paramsOf(report, values), format, language } as const
    start.mutate({ ask, at: sent }, { onSuccess: () => setSent(sent + 1) })
  }
  return (
    <form onSubmit={submit} aria-label={t('reports.new')}>
      <ErrorNotice error={start.error} />
      <div className={styles.fields}>
        <Select
          label={t('reports.report')}
          data-field="report"
          w={260}
          allowDeselect={false}
          data={reports.map((one) => ({ value: one.name, label: one.title[language] }))}
          value={report.name}
          onChange={(next) => {
            const { from, to } = typed
            draft.change({ name: next ?? '', typed: { ...(from && { from }), ...(to && { to }) } })
            setPatientId('')
            start.reset()
          }}
        />
        <ParamFields
          key={report.name}
          report={report}
          values={values}
          onChange={({ patientId: picked, ...part }) => {
            if (picked !== undefined) setPatientId(picked)
            else draft.change({ typed: { ...typed, ...part } })
          }}
          errorOf={(field) => fault?.errors.find(({ path }) => path === `params.${field}`)?.message ?? null}
        />
        <Select
          label={t('reports.format')}
          data-field="format"
          w={110}
          allowDeselect={false}
          data={report.formats.map((one) => ({ value: one, label: one.toUpperCase() }))}
          value={format}
          onChange={(next) => draft.change({ format: next ?? 'pdf' })}
        />
        <Button type="submit" loading={start.isPending} disabled={!isComplete(report, values)}>
          {t('reports.start')}
        </Button>
        {canRepeat(report.name) ? (
          <Button variant="default" disabled={!isComplete(report, values)} onClick={() => setRepeating(true)}>
            {t('reports.standing.repeat')}
          </Button>
        ) : null}
      </div>
      {repeating ? (
        <RepeatDialog
          report={report}
          params={undated(paramsOf(report, values))}
          format={format}
          language={language}
          onClose={() => setRepeating(false)}
        />
      ) : null}
    </form>
  )
}
