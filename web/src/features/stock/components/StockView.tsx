import { useTranslation } from 'react-i18next'
import { clinicToday, formatCount, formatDay, formatMoment } from '../../../lib/format.ts'
import { useLongList } from '../../../lib/use-long-list.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { LongTable } from '../../../ui/LongTable.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { formatRm } from '../../billing/amounts.ts'
import styles from '../../medications/components/Medicines.module.css'
import { fetchMovements, SOON_DAYS, stockKeys } from '../api.ts'
import { daysBetween } from '../plan.ts'
import type { Stock } from '../types.ts'

/** The batches of a medicine in the order in which they are handed out. */
export function Batches({ stock }: { stock: Stock }) {
  const { t } = useTranslation()
  const showsCost = stock.batches.some(({ costPrice }) => costPrice !== undefined)
  const tone = (batch: Stock['batches'][number]): string =>
    batch.expired ? 'bad' : daysBetween(clinicToday(), batch.expiresOn) <= SOON_DAYS ? 'warn' : 'plain'
  return (
    <Section title={t('medicines.batches')}>
      {stock.batches.length === 0 ? (
        <Empty title={t('medicines.noBatches')} />
      ) : (
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('medicines.batch')}</th>
                <th>{t('medicines.expiry')}</th>
                <th className={ui.num}>{t('medicines.onHand')}</th>
                {showsCost ? <th className={ui.num}>{t('medicines.cost')}</th> : null}
                <th className={ui.wideOnly}>{t('medicines.supplier')}</th>
                <th className={ui.wideOnly}>{t('medicines.received')}</th>
              </tr>
            </thead>
            <tbody>
              {stock.batches.map((batch) => (
                <tr key={batch.id} data-batch={batch.batchNo}>
                  <td className={styles.name}>{batch.batchNo}</td>
                  <td>
                    <span className={styles.mark} data-tone={tone(batch)}>
                      {formatDay(batch.expiresOn)}
                      {batch.expired ? ` · ${t('medicines.expired')}` : ''}
                      {tone(batch) === 'warn' ? ` · ${t('medicines.soon')}` : ''}
                    </span>
                  </td>
                  <td className={ui.num}>{formatCount(batch.onHand)}</td>
                  {showsCost ? (
                    <td className={ui.num}>{batch.costPrice ? formatRm(batch.costPrice) : '–'}</td>
                  ) : null}
                  <td className={ui.wideOnly}>{batch.supplier ?? '–'}</td>
                  <td className={ui.wideOnly}>{formatMoment(batch.receivedAt)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

/** What came and went of a medicine, the last first. */
export function Movements({ medicationId }: { medicationId: string }) {
  const { t } = useTranslation()
  const list = useLongList({
    queryKey: stockKeys.movements(medicationId),
    keptAs: `stock.movements.${medicationId}`,
    read: (from, signal) => fetchMovements(medicationId, from, signal),
  })
  return (
    <Section title={t('medicines.movements')}>
      <AsOf atMs={list.asOfMs} />
      <ListState
        shown={list}
        isEmpty={list.rows.length === 0}
        empty={<Empty title={t('medicines.noMovements')} />}
        lines={4}
      >
        <LongTable
          list={list}
          head={
            <tr>
              <th>{t('medicines.when')}</th>
              <th>{t('medicines.what')}</th>
              <th className={ui.num}>{t('medicines.moved')}</th>
              <th className={ui.num}>{t('medicines.balance')}</th>
              <th className={ui.wideOnly}>{t('medicines.batch')}</th>
              <th className={ui.wideOnly}>{t('medicines.by')}</th>
            </tr>
          }
        >
          {(row, place) => (
            <tr {...place}>
              <td>{formatMoment(row.at)}</td>
              <td className={styles.name}>
                {t(`medicines.kind.${row.kind}`)}
                {row.reason === null ? null : <span className={styles.dim}>{row.reason}</span>}
              </td>
              <td className={ui.num}>
                {row.quantity > 0 ? '+' : '−'}
                {formatCount(Math.abs(row.quantity))}
              </td>
              <td className={ui.num}>{formatCount(row.balance)}</td>
              <td className={ui.wideOnly}>{row.batchNo}</td>
              <td className={ui.wideOnly}>{row.by ?? '–'}</td>
            </tr>
          )}
        </LongTable>
      </ListState>
    </Section>
  )
}
