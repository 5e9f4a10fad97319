import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatCount, formatDay } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Pager } from '../../../ui/Pager.tsx'
import ui from '../../../ui/ui.module.css'
import { fetchExpiring, fetchLow, stockKeys } from '../../stock/api.ts'
import styles from './Medicines.module.css'

/** Medicines of which more should be ordered, the emptiest first. */
export function LowList() {
  const { t } = useTranslation()
  const [page, setPage] = useState(1)
  const query = useQuery({
    queryKey: stockKeys.low(page),
    queryFn: ({ signal }) => fetchLow(page, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const shown = useKept(`stock.low.${page}`, query)
  return (
    <>
      <AsOf atMs={shown.asOfMs} />
      <ListState
        shown={shown}
        isEmpty={shown.data?.data.length === 0}
        lines={8}
        empty={<Empty title={t('medicines.noneLow')} />}
      >
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('medicines.name')}</th>
                <th className={ui.num}>{t('medicines.stock')}</th>
                <th className={ui.num}>{t('medicines.reorderLevel')}</th>
              </tr>
            </thead>
            <tbody>
              {(shown.data?.data ?? []).map((row) => (
                <tr key={row.medicationId}>
                  <td className={styles.name}>
                    <Link to={`/medicines/${row.medicationId}`}>{row.name}</Link>
                  </td>
                  <td className={ui.num}>
                    <span className={styles.mark} data-tone={row.available === 0 ? 'bad' : 'warn'}>
                      {formatCount(row.available)} {row.unit}
                    </span>
                  </td>
                  <td className={ui.num}>{formatCount(row.reorderLevel)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ListState>
      <Pager page={page} pages={shown.data?.meta.totalPages ?? 1} onPage={setPage} />
    </>
  )
}

/** Batches that are over, or will be soon, the first ones first. */
export function ExpiringList() {
  const { t } = useTranslation()
  const [page, setPage] = useState(1)
  const query = useQuery({
    queryKey: stockKeys.expiring(page),
    queryFn: ({ signal }) => fetchExpiring(page, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const shown = useKept(`stock.expiring.${page}`, query)
  return (
    <>
      <AsOf atMs={shown.asOfMs} />
      <ListState
        shown={shown}
        isEmpty={shown.data?.data.length === 0}
        lines={8}
        empty={<Empty title={t('medicines.noneExpiring')} />}
      >
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('medicines.name')}</th>
                <th>{t('medicines.batch')}</th>
                <th>{t('medicines.expiry')}</th>
                <th className={ui.num}>{t('medicines.onHand')}</th>
              </tr>
            </thead>
            <tbody>
              {(shown.data?.data ?? []).map((row) => (
                <tr key={row.batchId}>
                  <td className={styles.name}>
                    <Link to={`/medicines/${row.medicationId}`}>{row.name}</Link>
                  </td>
                  <td className={styles.name}>{row.batchNo}</td>
                  <td>
                    <span className={styles.mark} data-tone={row.expired ? 'bad' : 'warn'}>
                      {formatDay(row.expiresOn)}
                      {row.expired ? ` · ${t('medicines.expired')}` : ''}
                    </span>
                  </td>
                  <td className={ui.num}>
                    {formatCount(row.onHand)} {row.unit}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ListState>
      <Pager page={page} pages={shown.data?.meta.totalPages ?? 1} onPage={setPage} />
    </>
  )
}
