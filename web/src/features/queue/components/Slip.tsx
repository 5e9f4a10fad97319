import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatDay } from '../../../lib/format.ts'
import type { Ticket } from '../types.ts'
import styles from './Slip.module.css'

const QR_PX = 320

/** The picture of the address where the holder of a slip follows the queue; its script comes only when needed. */
async function drawQr(address: string): Promise<string> {
  const { toDataURL } = await import('qrcode')
  return toDataURL(address, { margin: 1, width: QR_PX })
}

/** The slip as it is printed on 80 mm: number, day, and the way to follow the queue; nothing about the person. */
export function Slip({ ticket, token }: { ticket: Ticket; token: string }) {
  const { t } = useTranslation()
  const address = `${window.location.origin}/track/${token}`
  const { data: qr } = useQuery({
    queryKey: ['qr', address],
    queryFn: () => drawQr(address),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  return (
    <div className={styles.slip}>
      <div className={styles.label}>{t('queue.yourNumber')}</div>
      <div className={styles.number}>{ticket.number}</div>
      <div>{formatDay(ticket.day)}</div>
      {qr === undefined ? null : (
        <img className={styles.qr} src={qr} width={160} height={160} alt={t('queue.qrAlt')} />
      )}
      <div className={styles.hint}>{t('queue.followHint')}</div>
    </div>
  )
}
