import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { METHODS, PAYMENT_STATUSES } from '../../../../../shared/billing/rules.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import type { PaymentFilter } from '../api.ts'
import styles from './Desk.module.css'

interface PaymentFiltersProps {
  filter: PaymentFilter
  cashiers: readonly { id: string; name: string }[]
  onChange: (part: Partial<PaymentFilter>) => void
}

/** What the list of payments is narrowed to. */
export function PaymentFilters({ filter, cashiers, onChange }: PaymentFiltersProps) {
  const { t } = useTranslation()
  const pick = (
    name: 'method' | 'cashier' | 'status',
    all: string,
    options: { value: string; label: string }[],
  ) => (
    <Select
      label={t(`billing.filter.${name}`)}
      name={name}
      allowDeselect={false}
      data={[{ value: '', label: all }, ...options]}
      value={filter[name]}
      onChange={(value) => onChange({ [name]: value ?? '' })}
    />
  )
  return (
    <search className={styles.filters} aria-label={t('billing.filter.label')}>
      <DayInput
        label={t('billing.filter.day')}
        name="day"
        value={filter.day}
        onChange={(day) => onChange({ day })}
      />
      {pick(
        'method',
        t('billing.filter.anyMethod'),
        METHODS.map((method) => ({ value: method, label: t(`billing.method.${method}`) })),
      )}
      {pick(
        'cashier',
        t('billing.filter.anyCashier'),
        cashiers.map(({ id, name }) => ({ value: id, label: name })),
      )}
      {pick(
        'status',
        t('billing.filter.anyStatus'),
        PAYMENT_STATUSES.map((status) => ({ value: status, label: t(`billing.status.${status}`) })),
      )}
    </search>
  )
}
