import { Textarea } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Form } from '../content.ts'
import { NOTE_PARTS } from '../types.ts'
import styles from './Consultation.module.css'

const MAX_NOTE = 10_000

/** The note in its four parts, from what the patient says to what is to be done. */
export function Notes({ form, onChange }: { form: Form; onChange: (change: Partial<Form>) => void }) {
  const { t } = useTranslation()
  return (
    <div className={styles.notes}>
      {NOTE_PARTS.map((part, n) => (
        <Textarea
          key={part}
          name={part}
          label={t(`consultations.part.${part}`)}
          autosize
          minRows={2}
          maxRows={14}
          maxLength={MAX_NOTE}
          value={form[part]}
          onChange={(event) => onChange({ [part]: event.currentTarget.value })}
          {...(n === 0 ? { 'data-jump': 'notes' } : {})}
        />
      ))}
    </div>
  )
}
