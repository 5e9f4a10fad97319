import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { ageYears, formatIdNumber, formatPhone } from '../../../lib/format.ts'
import type { Patient } from '../types.ts'
import { Highlight } from './Highlight.tsx'
import styles from './PatientSearch.module.css'

interface SearchOptionProps {
  id: string
  patient: Patient
  query: string
  selected: boolean
  onPoint: () => void
  onChoose: () => void
}

/** One person found: enough to be sure it is the right one. */
export function SearchOption({ id, patient, query, selected, onPoint, onChoose }: SearchOptionProps) {
  const { t } = useTranslation()
  const own = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (selected) own.current?.scrollIntoView({ block: 'nearest' })
  }, [selected])
  const age = ageYears(patient.dateOfBirth)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of a listbox are handled by its input
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the input, which names this option as active
    <div
      ref={own}
      id={id}
      className={styles.option}
      role="option"
      aria-selected={selected}
      // The input must keep the focus, or the list would close before the click arrives.
      onMouseDown={(event) => event.preventDefault()}
      onMouseMove={onPoint}
      onClick={onChoose}
    >
      <span className={styles.name}>
        <Highlight text={patient.name} query={query} />
      </span>
      <span className={styles.number}>{patient.clinicNumber}</span>
      <span className={styles.more}>
        <span>{formatIdNumber(patient.idType, patient.idNumber)}</span>
        <span>{age === null ? '' : t('patients.age', { count: age })}</span>
        <span>{patient.gender ? t(`gender.${patient.gender}`) : ''}</span>
        <span>{formatPhone(patient.phone)}</span>
      </span>
    </div>
  )
}
