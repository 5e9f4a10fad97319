import { ActionIcon, Button, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../../ui/icons.tsx'
import type { Fault, Form, ProcedureForm } from '../content.ts'
import styles from './Consultation.module.css'

const MAX_DESCRIPTION = 120
const MOST = 20
const EMPTY: ProcedureForm = { description: '', price: '', quantity: '1' }

interface ChargesProps {
  form: Form
  faults: readonly Fault[]
  onChange: (change: Partial<Form>) => void
}

/** The fee, and what else was done for money. */
export function Charges({ form, faults, onChange }: ChargesProps) {
  const { t } = useTranslation()
  const { procedures } = form
  const set = (n: number, change: Partial<ProcedureForm>): void =>
    onChange({ procedures: procedures.map((one, at) => (at === n ? { ...one, ...change } : one)) })
  return (
    <div className={styles.charges}>
      <TextInput
        label={t('consultations.fee')}
        inputMode="decimal"
        autoComplete="off"
        w={140}
        maxLength={9}
        leftSection={<span className={styles.dim}>{t('consultations.currency')}</span>}
        value={form.fee}
        error={faults.includes('fee') ? t('consultations.badAmount') : undefined}
        onChange={(event) => onChange({ fee: event.currentTarget.value })}
      />
      {procedures.map((one, n) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own, and never change places
          key={n}
          className={styles.procedure}
          aria-label={t('consultations.procedureLine', { n: n + 1 })}
        >
          <TextInput
            className={styles.grow}
            label={t('consultations.procedure')}
            maxLength={MAX_DESCRIPTION}
            value={one.description}
            error={faults.includes(`procedures.${n}`) ? t('consultations.badProcedure') : undefined}
            onChange={(event) => set(n, { description: event.currentTarget.value })}
          />
          <TextInput
            w={120}
            label={t('consultations.price')}
            inputMode="decimal"
            leftSection={<span className={styles.dim}>{t('consultations.currency')}</span>}
            value={one.price}
            onChange={(event) => set(n, { price: event.currentTarget.value })}
          />
          <TextInput
            w={88}
            label={t('consultations.times')}
            inputMode="numeric"
            value={one.quantity}
            onChange={(event) => set(n, { quantity: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t('consultations.removeOne', { name: one.description })}
            onClick={() => onChange({ procedures: procedures.filter((_, at) => at !== n) })}
          >
            <Icon name="close" size={14} />
          </ActionIcon>
        </fieldset>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon name="add" size={14} />}
        disabled={procedures.length >= MOST}
        onClick={() => onChange({ procedures: [...procedures, EMPTY] })}
      >
        {t('consultations.addProcedure')}
      </Button>
    </div>
  )
}
