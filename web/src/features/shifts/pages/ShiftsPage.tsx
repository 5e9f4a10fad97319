import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { clinicToday, formatDay, formatMoment, readDay } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { Empty } from '../../../ui/Empty.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page, Section } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { formatRm, senOf } from '../../billing/amounts.ts'
import { CashTabs } from '../../billing/components/CashTabs.tsx'
import { fetchShifts, shiftKeys } from '../api.ts'
import { differenceText } from '../components/CloseShiftDialog.tsx'
import { DayTakings } from '../components/DayTakings.tsx'
import type { Shift } from '../types.ts'

/** Shifts of a day: one's own, or everybody's with the day's takings for whoever runs the clinic. */
export function ShiftsPage() {
  const { t } = useTranslation()
  const seesAll = useUser().permissions.includes('shifts.all')
  const [day, setDay] = useState(clinicToday)
  const asked = readDay(day) ?? ''
  const query = useQuery({
    queryKey: shiftKeys.list(asked),
    queryFn: ({ signal }) => fetchShifts(asked, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const shown = useKept(`shifts.${asked}`, query)
  return (
    <>
      <CashTabs />
      <Page title={t(seesAll ? 'shifts.title' : 'shifts.mineTitle')} side={<AsOf atMs={shown.asOfMs} />}>
        <DayInput label={t('shifts.day')} w={160} mb={16} value={day} onChange={setDay} />
        {seesAll && asked !== '' ? <DayTakings day={asked} /> : null}
        <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
        {shown.isPending ? <Loading rows={4} /> : null}
        {shown.data === undefined ? null : (
          <Section title={t('shifts.list')}>
            {shown.data.data.length === 0 ? (
              <Empty title={t('shifts.none')}>{t('shifts.noneHint')}</Empty>
            ) : (
              <ShiftTable shifts={shown.data.data} />
            )}
          </Section>
        )}
      </Page>
    </>
  )
}

function ShiftTable({ shifts }: { shifts: readonly Shift[] }) {
  const { t } = useTranslation()
  return (
    <div className={ui.tableWrap}>
      <table className={ui.table}>
        <thead>
          <tr>
            <th>{t('shifts.cashier')}</th>
            <th className={ui.wideOnly}>{t('shifts.opened')}</th>
            <th>{t('shifts.closed')}</th>
            <th className={`${ui.num} ${ui.wideOnly}`}>{t('shifts.float')}</th>
            <th className={`${ui.num} ${ui.wideOnly}`}>{t('shifts.expected')}</th>
            <th className={`${ui.num} ${ui.wideOnly}`}>{t('shifts.counted')}</th>
            <th className={ui.num}>{t('shifts.difference')}</th>
            <th className={ui.wideOnly}>{t('shifts.note')}</th>
          </tr>
        </thead>
        <tbody>
          {shifts.map((shift) => (
            <ShiftRow key={shift.id} shift={shift} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function ShiftRow({ shift }: { shift: Shift }) {
  const { t } = useTranslation()
  const cash = shift.lines.find(({ method }) => method === 'cash')
  const opened = formatMoment(shift.openedAt)
  return (
    <tr>
      <td>{shift.cashier.name}</td>
      <td className={ui.wideOnly}>{opened}</td>
      <td>
        {shift.closedAt === null
          ? t('shifts.isOpen')
          : formatMoment(shift.closedAt).replace(`${formatDay(shift.day)} `, '')}
      </td>
      <td className={`${ui.num} ${ui.wideOnly}`}>{formatRm(shift.float)}</td>
      <td className={`${ui.num} ${ui.wideOnly}`}>{formatRm(cash?.expected ?? '0.00')}</td>
      <td className={`${ui.num} ${ui.wideOnly}`}>{cash?.counted == null ? '' : formatRm(cash.counted)}</td>
      <td className={ui.num}>{cash?.difference == null ? '' : differenceText(senOf(cash.difference))}</td>
      <td className={ui.wideOnly}>{shift.note}</td>
    </tr>
  )
}
