import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import { isMendable } from '../../imports/components/fixes/mendable.ts'
import { useReasonText } from '../../imports/field-name.ts'
import { fetchRefused, operationKeys, refusedCsvUrl } from '../api.ts'
import type { Operation } from '../types.ts'
import { RefusedList } from './RefusedList.tsx'
import styles from './RefusedRows.module.css'

/** Causes shown before one asks for the rest; the first few are most of the rows. */
const FEW_CAUSES = 7

/** The refused rows, grouped by cause, and as a file that can be corrected and sent again. */
export function RefusedRows({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  const reasonOf = useReasonText()
  const [code, setCode] = useState<string | null>(null)
  const [all, setAll] = useState(false)
  const query = useInfiniteQuery({
    queryKey: [...operationKeys.errors(operation.id), code],
    queryFn: ({ pageParam, signal }) => fetchRefused(operation.id, code, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.meta.next,
  })
  useFollow(operation, query.refetch)
  const rows = query.data?.pages.flatMap((page) => page.data) ?? []
  const causes = Object.entries(query.data?.pages[0]?.byCode ?? {}).sort(([, one], [, other]) => other - one)
  return (
    <Section title={t('refused.title', { shown: formatCount(operation.counts?.rejected ?? 0) })}>
      <div className={styles.head}>
        <ul className={styles.causes} aria-label={t('refused.causes')}>
          {causes.slice(0, all ? undefined : FEW_CAUSES).map(([cause, count]) => (
            <li key={cause}>
              <button
                type="button"
                className={styles.cause}
                aria-pressed={code === cause}
                onClick={() => setCode((now) => (now === cause ? null : cause))}
              >
                {reasonOf(cause)}
                <span className={styles.count}>{formatCount(count)}</span>
              </button>
            </li>
          ))}
          {all || causes.length <= FEW_CAUSES ? null : (
            <li>
              <button type="button" className={styles.cause} onClick={() => setAll(true)}>
                {t('refused.moreCauses', { count: causes.length - FEW_CAUSES })}
              </button>
            </li>
          )}
        </ul>
        {isMendable(operation) ? null : (
          <Button
            component="a"
            href={refusedCsvUrl(operation.id)}
            download
            variant="default"
            leftSection={<Icon name="download" />}
          >
            {t('refused.download')}
          </Button>
        )}
      </div>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending ? <Loading rows={6} /> : null}
      {rows.length > 0 ? (
        <RefusedList
          rows={rows}
          more={query.hasNextPage && !query.isFetchingNextPage && query.error === null}
          onMore={() => void query.fetchNextPage()}
        />
      ) : null}
    </Section>
  )
}

/** Rows refused while one looks on are fetched at most this often, and only when an event told of new ones. */
const FOLLOW_EVERY_MS = 5_000

function useFollow(operation: Operation, read: () => unknown): void {
  const rejected = operation.counts?.rejected ?? 0
  const seen = useRef({ rejected, atMs: Date.now() })
  const latest = useRef(read)
  latest.current = read
  useEffect(() => {
    if (rejected === seen.current.rejected) return
    const waitMs = Math.max(0, seen.current.atMs + FOLLOW_EVERY_MS - Date.now())
    const timer = setTimeout(() => {
      seen.current = { rejected, atMs: Date.now() }
      latest.current()
    }, waitMs)
    return () => clearTimeout(timer)
  }, [rejected])
}
