import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Fault } from '../content.ts'
import { bodyMassIndex, readVitals, VITALS, type VitalTexts } from '../vitals.ts'
import styles from './Consultation.module.css'

interface VitalsRowProps {
  texts: VitalTexts
  faults: readonly Fault[]
  onChange: (texts: VitalTexts) => void
}

/** What was measured, in one row. */
export function VitalsRow({ texts, faults, onChange }: VitalsRowProps) {
  const { t } = useTranslation()
  const index = bodyMassIndex(readVitals(texts).vitals)
  return (
    <div className={styles.vitals}>
      {VITALS.map(({ name, unit, min, max }, n) => (
        <TextInput
          key={name}
          size="xs"
          label={t(`consultations.vital.${name}`)}
          description={unit}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          inputMode="decimal"
          autoComplete="off"
          maxLength={6}
          value={texts[name] ?? ''}
          error={faults.includes(`vitals.${name}`) ? t('consultations.vitalRange', { min, max }) : undefined}
          onChange={(event) => onChange({ ...texts, [name]: event.currentTarget.value })}
          {...(n === 0 ? { 'data-jump': 'vitals' } : {})}
        />
      ))}
      {index === null ? null : (
        <span className={styles.index}>{t('consultations.bmi', { value: index })}</span>
      )}
    </div>
  )
}
