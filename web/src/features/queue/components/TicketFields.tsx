import { Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Choices } from '../../../ui/Choices.tsx'
import { useDoctors } from '../../doctors/api.ts'
import { PRIORITIES, type Priority, type TicketInput } from '../types.ts'

/** A ticket as it is typed; empty means "not said". */
export interface TicketForm {
  doctorId: string
  priority: Priority
  reason: string
}

export const EMPTY_TICKET: TicketForm = { doctorId: '', priority: 'normal', reason: '' }

/** What was said of the ticket, as the API takes it. */
export const ticketOf = ({ doctorId, priority, reason }: TicketForm): TicketInput => ({
  ...(doctorId === '' ? {} : { doctorId }),
  ...(priority === 'normal' ? {} : { priority }),
  ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
})

interface TicketFieldsProps {
  form: TicketForm
  onChange: (change: Partial<TicketForm>) => void
  autoFocus?: boolean
}

/** For whom a ticket is, how urgent and why. */
export function TicketFields({ form, onChange, autoFocus = false }: TicketFieldsProps) {
  const { t } = useTranslation()
  const doctors = useDoctors()
  return (
    <div style={{ display: 'grid', gap: 14 }}>
      <TextInput
        label={t('queue.reason')}
        value={form.reason}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => onChange({ reason: event.currentTarget.value })}
        {...(autoFocus ? { 'data-autofocus': true } : {})}
      />
      <Select
        label={t('queue.doctor')}
        placeholder={t('queue.anyDoctor')}
        clearable
        clearButtonProps={{ 'aria-label': t('queue.anyDoctor') }}
        data={doctors.map(({ id, name }) => ({ value: id, label: name }))}
        value={form.doctorId || null}
        onChange={(doctorId) => onChange({ doctorId: doctorId ?? '' })}
      />
      <Choices
        label={t('queue.priorityLabel')}
        options={PRIORITIES.map((value) => ({ value, label: t(`queue.priority.${value}`) }))}
        value={form.priority}
        onChange={(priority: Priority) => onChange({ priority })}
      />
    </div>
  )
}
