import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { clinicToday, formatCount, formatDay } from '../../../lib/format.ts'
import ui from '../../../ui/ui.module.css'
import { formatRm } from '../../billing/amounts.ts'
import { fetchLevels, SOON_DAYS, stockKeys } from '../../stock/api.ts'
import { daysBetween } from '../../stock/plan.ts'
import { titleOf } from '../form.ts'
import type { Medication } from '../types.ts'
import styles from './Medicines.module.css'

/** Medicines with what is left of each; the cost stands there only for whom the server tells it. */
export function MedicineTable({ medicines }: { medicines: readonly Medication[] }) {
  const { t } = useTranslation()
  const ids = medicines.map(({ id }) => id)
  const { data: levels } = useQuery({
    queryKey: stockKeys.levels(ids),
    queryFn: ({ signal }) => fetchLevels(ids, signal),
    staleTime: 0,
  })
  const byId = new Map(levels?.map((level) => [level.medicationId, level]))
  const showsCost = medicines.some(({ costPrice }) => costPrice !== undefined)
  return (
    <div className={ui.tableWrap}>
      <table className={ui.table}>
        <thead>
          <tr>
            <th>{t('medicines.name')}</th>
            <th className={ui.num}>{t('medicines.stock')}</th>
            <th className={ui.wideOnly}>{t('medicines.nearest')}</th>
            <th className={ui.num}>{t('medicines.price')}</th>
            {showsCost ? <th className={`${ui.num} ${ui.wideOnly}`}>{t('medicines.cost')}</th> : null}
          </tr>
        </thead>
        <tbody>
          {medicines.map((medicine) => (
            <tr key={medicine.id} className={ui.clickable}>
              <td className={styles.name}>
                <Link to={`/medicines/${medicine.id}`}>{titleOf(medicine)}</Link>
                <span className={styles.dim}>
                  {[medicine.sku, medicine.category].filter(Boolean).join(' · ')}
                </span>
              </td>
              <td className={ui.num}>{stock(medicine)}</td>
              <td className={ui.wideOnly}>{expiry(byId.get(medicine.id)?.expiresOn ?? null)}</td>
              <td className={ui.num}>{formatRm(medicine.sellingPrice)}</td>
              {showsCost ? (
                <td className={`${ui.num} ${ui.wideOnly}`}>
                  {medicine.costPrice ? formatRm(medicine.costPrice) : '–'}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )

  function stock({ id, unit, reorderLevel }: Medication) {
    if (levels === undefined) return null
    const available = byId.get(id)?.available ?? 0
    const low = reorderLevel > 0 && available <= reorderLevel
    const tone = available === 0 && reorderLevel > 0 ? 'bad' : low ? 'warn' : 'plain'
    return (
      <span className={styles.mark} data-tone={tone}>
        {formatCount(available)} {unit}
        {low ? (
          <span className={styles.dim}>{t(available === 0 ? 'medicines.out' : 'medicines.low')}</span>
        ) : null}
      </span>
    )
  }

  function expiry(day: string | null) {
    if (day === null) return '–'
    const soon = daysBetween(clinicToday(), day) <= SOON_DAYS
    return (
      <span className={styles.mark} data-tone={soon ? 'warn' : 'plain'}>
        {formatDay(day)}
        {soon ? ` · ${t('medicines.soon')}` : ''}
      </span>
    )
  }
}
