import { Button, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { clinicToday } from '../../../lib/format.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import type { Fault, Form } from '../content.ts'
import styles from './Consultation.module.css'

const MAX_NOTE = 200
const DAY_MS = 86_400_000
/** Days until one usually comes again. */
const USUAL_DAYS = [3, 7, 14, 30]

/** The clinic day so many days from today. */
export const dayIn = (days: number): string => clinicToday(Date.now() + days * DAY_MS)

interface FollowUpProps {
  form: Form
  faults: readonly Fault[]
  onChange: (change: Partial<Form>) => void
}

/** When the patient is to come again, and for what. */
export function FollowUp({ form, faults, onChange }: FollowUpProps) {
  const { t } = useTranslation()
  return (
    <div className={styles.followUp}>
      <DayInput
        label={t('consultations.followUpOn')}
        w={150}
        value={form.followUpOn}
        error={faults.includes('followUpOn') ? t('consultations.badDay') : undefined}
        onChange={(followUpOn) => onChange({ followUpOn })}
      />
      <div className={styles.quick}>
        {USUAL_DAYS.map((days) => (
          <Button
            key={days}
            size="compact-sm"
            variant="default"
            onClick={() => onChange({ followUpOn: dayIn(days) })}
          >
            {t('consultations.inDays', { count: days })}
          </Button>
        ))}
      </div>
      <TextInput
        className={styles.grow}
        label={t('consultations.followUpNote')}
        maxLength={MAX_NOTE}
        disabled={form.followUpOn === ''}
        value={form.followUpNote}
        onChange={(event) => onChange({ followUpNote: event.currentTarget.value })}
      />
    </div>
  )
}
