import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { formatCount, formatDay } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import { type RowPlace, useLongRows } from '../../../ui/use-long-rows.ts'
import { formatRm } from '../../billing/amounts.ts'
import { fetchHistory, fileKeys, type Visit } from '../file-api.ts'
import styles from './History.module.css'

/** The visits of a patient, the newest first, each with what the reader may see of it. */
export function History({ patientId }: { patientId: string }) {
  const { t } = useTranslation()
  const query = useInfiniteQuery({
    queryKey: fileKeys.history(patientId),
    queryFn: ({ pageParam, signal }) => fetchHistory(patientId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.meta.next,
    staleTime: 0,
  })
  const shown = useKept(`history.${patientId}`, query)
  const visits = shown.data?.pages.flatMap(({ data }) => data) ?? []
  const conditions = shown.data?.pages[0]?.conditions ?? []
  return (
    <Section title={t('patientFile.history')}>
      <AsOf atMs={shown.asOfMs} />
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={3} /> : null}
      {shown.data !== undefined && visits.length === 0 && conditions.length === 0 ? (
        <p className={styles.none}>{t('patientFile.noVisits')}</p>
      ) : null}
      {conditions.length === 0 ? null : (
        <dl>
          <Part
            name="conditions"
            texts={conditions.map(
              ({ recordedOn, status, ...said }) =>
                `${formatDay(recordedOn)} · ${diagnosisText(said)}${status === null ? '' : ` · ${status}`}`,
            )}
          />
        </dl>
      )}
      {visits.length > 0 ? <Visits visits={visits} /> : null}
      {query.hasNextPage ? (
        <Button
          mt={8}
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('patientFile.more')}
        </Button>
      ) : null}
    </Section>
  )
}

const VISIT_PX = 110
const nothing = (): void => {}

/** Only the visits in sight are drawn; what stands below stays in reach, so the earlier ones come when asked for. */
function Visits({ visits }: { visits: readonly Visit[] }) {
  const { top, drawn, beforePx, afterPx } = useLongRows<HTMLOListElement>({
    count: visits.length,
    rowPx: VISIT_PX,
    more: false,
    onMore: nothing,
  })
  return (
    <ol ref={top} className={styles.visits} style={{ paddingTop: beforePx, paddingBottom: afterPx }}>
      {drawn.map(({ index, place }) => {
        const visit = visits[index] as Visit
        return <VisitItem key={visit.visitId} visit={visit} place={place} />
      })}
    </ol>
  )
}

function VisitItem({ visit, place }: { visit: Visit; place: RowPlace }) {
  const { t } = useTranslation()
  const { permissions } = useUser()
  const { ticket, consultation, imported } = visit
  const opens = consultation !== null && permissions.includes('consultations.view')
  return (
    <li {...place}>
      <div className={styles.head}>
        <strong>{formatDay(visit.day)}</strong>
        {visit.doctor === null ? null : <span>{visit.doctor.name}</span>}
        {ticket === null ? null : (
          <span className={styles.dim}>
            {ticket.number} · {t(`queue.status.${ticket.status}`)}
          </span>
        )}
        {imported === undefined ? null : (
          <span className={styles.dim}>
            {[imported.queueNumber, t(`queue.status.${imported.status}`), t('patientFile.imported')]
              .filter(Boolean)
              .join(' · ')}
          </span>
        )}
        {opens ? <Link to={`/consult/${consultation.id}`}>{t('patientFile.open')}</Link> : null}
      </div>
      <dl>
        <Part name="diagnoses" texts={(visit.diagnoses ?? []).map(diagnosisText)} />
        <Part name="symptoms" texts={[imported?.symptoms ?? '']} />
        <Part name="assessment" texts={[consultation?.assessment ?? '']} />
        <Part name="plan" texts={[consultation?.plan ?? '']} />
        <Part name="notes" texts={[imported?.notes ?? '']} />
        <Part
          name="medicines"
          texts={(visit.prescriptions ?? []).map(
            ({ description, quantity }) => `${description} × ${formatCount(quantity)}`,
          )}
        />
        {(visit.certificates ?? []).map((one) => (
          <div key={one.id}>
            <dt>{t('patientFile.certificate')}</dt>
            <dd>
              <a href={`/api/certificates/${one.id}.pdf`} target="_blank" rel="noreferrer">
                {one.number}
              </a>{' '}
              {formatDay(one.fromOn)}–{formatDay(one.toOn)}
              {one.status === 'void' ? ` · ${t('patientFile.void')}` : ''}
            </dd>
          </div>
        ))}
        {imported?.mcDays && imported.mcStart ? (
          <Part
            name="certificate"
            texts={[t('patientFile.sickLeave', { days: imported.mcDays, from: formatDay(imported.mcStart) })]}
          />
        ) : null}
        <Part
          name="payments"
          texts={(visit.payments ?? []).map(
            ({ number, amount, paidOn }) => `${number} · ${formatRm(amount)} · ${formatDay(paidOn)}`,
          )}
        />
      </dl>
    </li>
  )
}

const diagnosisText = ({
  code,
  title,
  text,
}: Pick<NonNullable<Visit['diagnoses']>[number], 'code' | 'title' | 'text'>): string =>
  [code, title, text].filter(Boolean).join(' ')

function Part({ name, texts }: { name: string; texts: readonly string[] }) {
  const { t } = useTranslation()
  const said = texts.filter((text) => text.trim() !== '')
  if (said.length === 0) return null
  return (
    <div>
      <dt>{t(`patientFile.${name}`)}</dt>
      <dd>{said.join('\n')}</dd>
    </div>
  )
}
