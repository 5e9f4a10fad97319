import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { formatMoment } from '../../../lib/format.ts'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { formatRm, senOf } from '../../billing/amounts.ts'
import { useCurrentShift } from '../api.ts'
import type { Shift } from '../types.ts'
import { CloseShiftDialog } from './CloseShiftDialog.tsx'
import { OpenShiftDialog } from './OpenShiftDialog.tsx'
import styles from './Shifts.module.css'

/** One's own shift: what should be in the drawer now, and the way to open or close it. */
export function ShiftCard() {
  const { t } = useTranslation()
  const mayWrite = useUser().permissions.includes('shifts.write')
  const shift = useCurrentShift(mayWrite)
  const [dialog, setDialog] = useState<'open' | 'close' | null>(null)
  if (!mayWrite) return null
  return (
    <section className={styles.card} aria-label={t('shifts.mine')}>
      <Group justify="space-between">
        <h2>{t('shifts.mine')}</h2>
        <AsOf atMs={shift.asOfMs} />
      </Group>
      <ErrorNotice error={shift.error} onRetry={() => void shift.refetch()} />
      {shift.isPending ? <Loading rows={3} /> : null}
      {shift.data === null ? (
        <>
          <div className={styles.since}>{t('shifts.noneOpen')}</div>
          <Button onClick={() => setDialog('open')}>{t('shifts.open')}</Button>
        </>
      ) : null}
      {shift.data ? (
        <>
          <Money shift={shift.data} />
          <Button variant="default" onClick={() => setDialog('close')}>
            {t('shifts.close')}
          </Button>
        </>
      ) : null}
      {dialog === 'open' ? <OpenShiftDialog onClose={() => setDialog(null)} /> : null}
      {dialog === 'close' && shift.data ? (
        <CloseShiftDialog shift={shift.data} onClose={() => setDialog(null)} />
      ) : null}
    </section>
  )
}

function Money({ shift }: { shift: Shift }) {
  const { t } = useTranslation()
  const cash = shift.lines.find(({ method }) => method === 'cash')
  const others = shift.lines.filter(({ method, expected }) => method !== 'cash' && senOf(expected) !== 0)
  return (
    <>
      <div>
        <div className={styles.since}>{t('shifts.inDrawer')}</div>
        <div className={styles.cash}>{formatRm(cash?.expected ?? shift.float)}</div>
      </div>
      <dl className={styles.lines}>
        <dt>{t('shifts.float')}</dt>
        <dd>{formatRm(shift.float)}</dd>
        {others.map(({ method, expected }) => (
          <div key={method} style={{ display: 'contents' }}>
            <dt>{t(`billing.method.${method}`)}</dt>
            <dd>{formatRm(expected)}</dd>
          </div>
        ))}
        <dt>{t('shifts.payments')}</dt>
        <dd>{shift.payments}</dd>
      </dl>
      <div className={styles.since}>{t('shifts.since', { at: formatMoment(shift.openedAt) })}</div>
    </>
  )
}
