import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import ui from '../../../ui/ui.module.css'
import { formatRm, formatSen, senOf } from '../../billing/amounts.ts'
import { fetchStockValue, stockKeys } from '../api.ts'
import type { StockValue } from '../types.ts'
import styles from './Register.module.css'

/** What the shelves are worth, and how much of it has expired. */
export function StockWorth() {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: stockKeys.value,
    queryFn: ({ signal }) => fetchStockValue(signal),
    staleTime: 0,
  })
  const shown = useKept('stock.value', query)
  return (
    <section className={styles.worth} data-worth>
      <AsOf atMs={shown.asOfMs} />
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={5} /> : null}
      {shown.data === undefined ? null : (
        <>
          <h2>{t('medicines.valueTitle')}</h2>
          <p className={styles.hint}>{t('medicines.valueHint')}</p>
          <Worth value={shown.data} />
        </>
      )}
    </section>
  )
}

function Worth({ value }: { value: StockValue }) {
  const { t } = useTranslation()
  const { atCost, expiredAtCost } = value
  const cost = atCost === undefined || expiredAtCost === undefined ? null : senOf(atCost)
  const expired = cost === null ? 0 : senOf(expiredAtCost ?? '0.00')
  const part = cost === null || cost === 0 ? 0 : (expired / cost) * 100
  const rows: [string, string, 'good' | 'expired' | null][] = [
    [t('medicines.medicinesCount'), formatCount(value.medicines), null],
    [t('medicines.batchesCount'), formatCount(value.batches), null],
    [t('medicines.atSelling'), formatRm(value.atSellingPrice), null],
  ]
  if (cost !== null && atCost !== undefined && expiredAtCost !== undefined)
    rows.push(
      [t('medicines.atCost'), formatRm(atCost), null],
      [t('medicines.good'), formatSen(cost - expired), 'good'],
      [t('medicines.expiredAtCost'), formatRm(expiredAtCost), 'expired'],
    )
  return (
    <>
      {cost === null || cost === 0 ? null : (
        <div className={styles.bar} aria-hidden="true">
          <span data-part="good" style={{ width: `${100 - part}%` }} />
          <span data-part="expired" style={{ width: `${part}%` }} />
        </div>
      )}
      <div className={ui.tableWrap}>
        <table className={ui.table}>
          <tbody>
            {rows.map(([name, shown, key]) => (
              <tr key={name}>
                <th scope="row">
                  {key === null ? null : <span className={styles.key} data-part={key} aria-hidden="true" />}
                  {name}
                </th>
                <td className={ui.num}>{shown}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
