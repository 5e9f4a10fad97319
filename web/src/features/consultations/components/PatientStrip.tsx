import { useQuery } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ageYears } from '../../../lib/format.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { fetchPatient, patientKeys } from '../../patients/api.ts'
import type { Ticket } from '../../queue/types.ts'
import { chronicOf } from '../known.ts'
import type { Consultation } from '../types.ts'
import { diagnosisText } from '../words.ts'
import styles from './Consultation.module.css'
import { useHistory } from './HistorySide.tsx'

interface PatientStripProps {
  consultation: Consultation
  ticket: Ticket | undefined
}

/** Who it is and what must never be overlooked; it stays in sight while one scrolls. */
export function PatientStrip({ consultation, ticket }: PatientStripProps) {
  const { t } = useTranslation()
  const { patient: who } = consultation
  const { data: patient, error } = useQuery({
    queryKey: patientKeys.one(who.id),
    queryFn: ({ signal }) => fetchPatient(who.id, signal),
    staleTime: 0,
  })
  const history = useHistory(who.id)
  const chronic = chronicOf(history.visits)
  const lasting = [
    patient?.chronicConditions,
    ...chronic.map(diagnosisText),
    patient?.medicalHistory,
    patient?.remarks,
  ].filter(Boolean)
  const age = ageYears(patient?.dateOfBirth)
  const own = useRef<HTMLDivElement>(null)
  useClearance(own)
  return (
    <div ref={own} className={styles.strip}>
      <div className={styles.who}>
        {ticket === undefined ? null : <span className={styles.ticket}>{ticket.number}</span>}
        <Link className={styles.name} to={`/patients/${who.id}`}>
          {who.name}
        </Link>
        <span>{who.clinicNumber}</span>
        {age === null ? null : <span>{t('patients.age', { count: age })}</span>}
        {patient?.gender ? <span>{t(`gender.${patient.gender}`)}</span> : null}
        {ticket?.reason ? <span>{ticket.reason}</span> : null}
      </div>
      {error === null ? null : <ErrorNotice error={error} />}
      {patient === undefined ? null : patient.allergies ? (
        <div className={styles.pinned} data-kind="allergies">
          <strong>{t('patients.allergies')}</strong>
          <span>{patient.allergies}</span>
        </div>
      ) : (
        <div className={styles.pinned} data-kind="none">
          {t('consultations.noAllergies')}
        </div>
      )}
      {lasting.length === 0 ? null : (
        <div className={styles.pinned} data-kind="chronic">
          <strong>{t('consultations.chronic')}</strong>
          <span>{lasting.join(' · ')}</span>
        </div>
      )}
    </div>
  )
}

/** Height of the bar at the foot with its distance, px. */
const FOOT_PX = 96
const BAR_PX = 52

/** Has the page scroll what gets the focus clear of what stays in sight above and below. */
function useClearance(strip: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const { style } = document.documentElement
    const watcher = new ResizeObserver(() => {
      const height = strip.current?.offsetHeight ?? 0
      style.setProperty('--strip', `${height}px`)
      style.scrollPadding = `${BAR_PX + height + 12}px 0 ${FOOT_PX}px`
    })
    if (strip.current !== null) watcher.observe(strip.current)
    return () => {
      watcher.disconnect()
      style.removeProperty('--strip')
      style.scrollPadding = ''
    }
  }, [strip])
}
