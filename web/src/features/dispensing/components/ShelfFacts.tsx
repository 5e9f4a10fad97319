import { useTranslation } from 'react-i18next'
import { clinicToday, formatDay } from '../../../lib/format.ts'
import { SOON_DAYS } from '../../stock/api.ts'
import { daysBetween, type LinePlan, type Part } from '../../stock/plan.ts'
import type { Stock } from '../../stock/types.ts'
import type { DispensingItem } from '../types.ts'

interface ShelfFactsProps {
  line: DispensingItem
  plan: LinePlan | undefined
  stock: Stock | undefined
}

/** From which batches a line will be taken, and what is the matter with the shelf. */
export function ShelfFacts({ line, plan, stock }: ShelfFactsProps) {
  const { t } = useTranslation()
  if (plan === undefined || stock === undefined) return null
  const expired = stock.batches.filter((batch) => batch.expired).reduce((sum, { onHand }) => sum + onHand, 0)
  return (
    <>
      {plan.enough ? (
        plan.parts.map((part) => <Taken key={part.batch.id} part={part} line={line} />)
      ) : (
        <span data-tone="bad">
          {plan.available === 0
            ? t('dispensing.outOfStock')
            : t('dispensing.notEnough', { available: plan.available, quantity: line.quantity })}
        </span>
      )}
      {expired > 0 ? (
        <span data-tone="warn">{t('dispensing.expiredOnShelf', { quantity: expired })}</span>
      ) : null}
      {plan.enough && stock.low ? (
        <span data-tone="warn">{t('dispensing.low', { left: stock.available, unit: stock.unit })}</span>
      ) : null}
    </>
  )
}

function Taken({ part, line }: { part: Part; line: DispensingItem }) {
  const { t } = useTranslation()
  const { batch, quantity } = part
  const days = daysBetween(clinicToday(), batch.expiresOn)
  const tooShort = line.durationDays !== null && days < line.durationDays
  const say = tooShort
    ? t('dispensing.tooShort')
    : days <= SOON_DAYS
      ? t('dispensing.soon', { count: days })
      : ''
  return (
    <span data-tone={tooShort ? 'bad' : days <= SOON_DAYS ? 'warn' : 'plain'}>
      {t('dispensing.from', { quantity, batch: batch.batchNo, day: formatDay(batch.expiresOn) })}
      {say === '' ? '' : ` · ${say}`}
    </span>
  )
}
