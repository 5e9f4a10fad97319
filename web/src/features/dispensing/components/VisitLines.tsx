import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Key } from '../../../ui/Key.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { fetchPatient, patientKeys } from '../../patients/api.ts'
import { dispensingKeys, fetchVisit, labelAddress } from '../api.ts'
import { isOpen } from '../groups.ts'
import type { DispensingItem } from '../types.ts'
import { useDispensaryKeys } from '../use-dispensary-keys.ts'
import type { Steps } from '../use-steps.ts'
import { useVisitStock } from '../use-visit-stock.ts'
import { CheckDialog } from './CheckDialog.tsx'
import styles from './Dispensary.module.css'
import { LineCard } from './LineCard.tsx'
import { ReturnDialog } from './ReturnDialog.tsx'

interface VisitLinesProps {
  visitId: string
  steps: Steps
  /** Goes to the visit before or after this one on the list. */
  onVisit: (by: 1 | -1) => void
  onBack: () => void
}

/** Everything that was ordered on a visit, and doing it. */
export function VisitLines({ visitId, steps, onVisit, onBack }: VisitLinesProps) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: dispensingKeys.visit(visitId),
    queryFn: ({ signal }) => fetchVisit(visitId, signal),
    staleTime: 0,
  })
  const shown = useKept(`dispensing.${visitId}`, query)
  const lines = shown.data ?? []
  return (
    <section aria-label={t('dispensing.lines')}>
      <Button className={styles.back ?? ''} size="xs" variant="default" onClick={onBack}>
        {t('dispensing.back')}
      </Button>
      <AsOf atMs={shown.asOfMs} />
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={5} /> : null}
      {shown.data !== undefined && lines.length === 0 ? (
        <Empty title={t('dispensing.noLines')}>{t('dispensing.noLinesHint')}</Empty>
      ) : null}
      {lines.length > 0 ? <Visit lines={lines} steps={steps} onVisit={onVisit} /> : null}
    </section>
  )
}

/** The lines of a visit with the cursor that the keys move; there is at least one line. */
function Visit({
  lines,
  steps,
  onVisit,
}: Pick<VisitLinesProps, 'steps' | 'onVisit'> & { lines: readonly DispensingItem[] }) {
  const { t } = useTranslation()
  const mayWrite = useUser().permissions.includes('dispensing.write')
  const { plans, stocks } = useVisitStock(lines)
  const allergies = useAllergies(lines[0]?.patient.id ?? '')
  const [at, setAt] = useState<string | null>(null)
  const [checking, setChecking] = useState<readonly DispensingItem[] | null>(null)
  const [returning, setReturning] = useState<DispensingItem | null>(null)
  const chosen = lines.find(({ id }) => id === at) ?? lines.find(isOpen) ?? (lines[0] as DispensingItem)
  const ordered = lines.filter(({ status }) => status === 'ordered')
  const prepared = lines.filter(({ status }) => status === 'prepared')

  const prepare = async (line: DispensingItem): Promise<void> => {
    if (!mayWrite || line.status !== 'ordered') return
    setAt(line.id)
    if ((await steps.take(line, { move: 'prepare' })) === null) return
    const rest = ordered.filter(({ id }) => id !== line.id)
    setAt((rest[0] ?? line).id)
  }
  const check = (which: readonly DispensingItem[]): void => {
    if (mayWrite && which.length > 0) setChecking(which)
  }
  useDispensaryKeys({
    line: (by) => {
      const next = lines[lines.indexOf(chosen) + by]
      if (next === undefined) onVisit(by)
      else setAt(next.id)
    },
    visit: onVisit,
    prepare: () => void prepare(chosen),
    handOver: () => check(prepared),
    label: () => void window.open(labelAddress(chosen.id), '_blank', 'noreferrer'),
  })
  return (
    <>
      <Head line={chosen} allergies={allergies} />
      {lines.some(isOpen) ? null : <Notice tone="good">{t('dispensing.allDone')}</Notice>}
      {mayWrite && lines.some(isOpen) ? (
        <div className={styles.bar}>
          <Button
            variant="default"
            disabled={ordered.length === 0 || steps.busy.size > 0}
            onClick={() => void steps.takeAll(ordered, { move: 'prepare' })}
          >
            {t('dispensing.prepareAll', { count: ordered.length })}
          </Button>
          <Button
            disabled={prepared.length === 0 || steps.busy.size > 0}
            rightSection={<Key of="h" />}
            onClick={() => check(prepared)}
          >
            {t('dispensing.handOverCount', { count: prepared.length })}
          </Button>
        </div>
      ) : null}
      <ul className={styles.lines}>
        {lines.map((line) => (
          <LineCard
            key={line.id}
            line={line}
            plan={plans.get(line.id)}
            stock={stocks.get(line.medicationId)}
            fault={steps.faults.get(line.id)}
            chosen={line.id === chosen.id}
            busy={steps.busy.has(line.id)}
            mayWrite={mayWrite}
            onChoose={() => setAt(line.id)}
            onPrepare={() => void prepare(line)}
            onHandOver={() => check([line])}
            onReturn={() => setReturning(line)}
          />
        ))}
      </ul>
      {checking === null ? null : (
        <CheckDialog
          lines={checking}
          plans={plans}
          allergies={allergies}
          onClose={() => setChecking(null)}
          onHandOver={(going) => {
            setChecking(null)
            void steps.takeAll(going, { move: 'hand-over' })
          }}
        />
      )}
      {returning === null ? null : (
        <ReturnDialog
          line={returning}
          onClose={() => setReturning(null)}
          onReturn={(reason, restock) => {
            setReturning(null)
            void steps.take(returning, { move: 'return', reason, restock })
          }}
        />
      )}
    </>
  )
}

/** What the patient must not get; null when nothing is known, or nothing was written down. */
function useAllergies(patientId: string): string | null {
  const { data } = useQuery({
    queryKey: patientKeys.one(patientId),
    queryFn: ({ signal }) => fetchPatient(patientId, signal),
  })
  return data?.allergies || null
}

function Head({ line, allergies }: { line: DispensingItem; allergies: string | null }) {
  const { t } = useTranslation()
  const { patient, ticket } = line
  return (
    <>
      <div className={styles.head}>
        {ticket === null ? null : <span className={styles.big}>{ticket.number}</span>}
        <h2>
          <Link to={`/patients/${patient.id}`}>{patient.name}</Link>
        </h2>
        <span className={styles.dim}>{patient.clinicNumber}</span>
        {ticket?.status === 'payment' ? (
          <span className={styles.dim}>{t('dispensing.atPayment')}</span>
        ) : null}
      </div>
      {allergies === null ? null : (
        <div className={styles.allergy}>
          <strong>{t('patients.allergies')}</strong>
          <span>{allergies}</span>
        </div>
      )}
    </>
  )
}
