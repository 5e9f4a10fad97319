import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { fetchLevels, stockKeys } from '../../stock/api.ts'
import { dispensingKeys, fetchWork } from '../api.ts'
import styles from '../components/Dispensary.module.css'
import { GoneOn } from '../components/GoneOn.tsx'
import { VisitLines } from '../components/VisitLines.tsx'
import { VisitList } from '../components/VisitList.tsx'
import { byVisit, inOrder, type VisitGroup } from '../groups.ts'
import { useSteps } from '../use-steps.ts'

const MAX_LEVELS = 100
/** From this width on the list and a visit stand side by side. */
const WIDE = '(min-width: 901px)'

/** The dispensary: who waits for medicines, and the medicines of one visit. */
export function DispensaryPage() {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: dispensingKeys.work,
    queryFn: ({ signal }) => fetchWork(signal),
    staleTime: 0,
  })
  const shown = useKept('dispensing', query)
  const steps = useSteps()
  const [params, setParams] = useSearchParams()
  const chosen = params.get('visit')
  const groups = byVisit(shown.data ?? [])
  const { here, elsewhere } = inOrder(groups)
  const short = useShort(groups)
  const all = [...here, ...elsewhere]
  const choose = (visitId: string | null): void =>
    setParams(visitId === null ? {} : { visit: visitId }, { replace: true })

  // The page opens on whoever came first; after that it stays where it is, whatever happens to the list.
  const opened = useRef(false)
  const first = here[0]?.visitId
  useEffect(() => {
    if (opened.current || shown.data === undefined) return
    opened.current = true
    if (chosen === null && first !== undefined && matchMedia(WIDE).matches)
      setParams({ visit: first }, { replace: true })
  }, [shown.data, chosen, first, setParams])

  /** Where the chosen visit stood on the list, so that the arrows go on from there once it has left. */
  const place = useRef(0)
  const now = all.findIndex(({ visitId }) => visitId === chosen)
  if (now !== -1) place.current = now
  const step = (by: 1 | -1): void => {
    const next = now === -1 && by === 1 ? place.current : place.current + by
    const group = all[Math.min(Math.max(next, 0), all.length - 1)]
    if (group !== undefined) choose(group.visitId)
  }
  const lists = { chosen, short, onChoose: choose }
  return (
    <Page title={t('dispensing.title')} side={<AsOf atMs={shown.asOfMs} />} wide>
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      <div className={styles.desk} data-open={chosen === null ? undefined : true}>
        <div>
          {shown.isPending ? <Loading rows={6} /> : null}
          {shown.data === undefined ? null : (
            <>
              <VisitList stage="here" groups={here} {...lists} />
              {elsewhere.length === 0 ? null : <VisitList stage="elsewhere" groups={elsewhere} {...lists} />}
              <GoneOn onChoose={choose} />
            </>
          )}
        </div>
        {chosen === null ? (
          <Empty title={t('dispensing.choose')}>{t('dispensing.chooseHint')}</Empty>
        ) : (
          <VisitLines
            key={chosen}
            visitId={chosen}
            steps={steps}
            onVisit={step}
            onBack={() => choose(null)}
          />
        )}
      </div>
    </Page>
  )
}

/** The visits of which a medicine is not there in the quantity that was ordered. */
function useShort(groups: readonly VisitGroup[]): ReadonlySet<string> {
  const lines = groups.flatMap((group) => group.lines)
  const ids = [...new Set(lines.map(({ medicationId }) => medicationId))].slice(0, MAX_LEVELS).toSorted()
  const { data } = useQuery({
    queryKey: stockKeys.levels(ids),
    queryFn: ({ signal }) => fetchLevels(ids, signal),
    enabled: ids.length > 0,
    staleTime: 0,
  })
  if (data === undefined) return new Set()
  const available = new Map(data.map((level) => [level.medicationId, level.available]))
  const isShort = ({ medicationId, quantity }: (typeof lines)[number]): boolean =>
    ids.includes(medicationId) && (available.get(medicationId) ?? 0) < quantity
  return new Set(lines.filter(isShort).map(({ visitId }) => visitId))
}
