import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ageYears, formatIdNumber, formatPhone } from '../../../lib/format.ts'
import type { Scrolled } from '../../../lib/use-long-list.ts'
import { useLongRows } from '../../../ui/use-long-rows.ts'
import type { Patient } from '../types.ts'
import styles from './PatientList.module.css'

const ROW_PX = 40

/** People as a virtual list of links, so that a hundred thousand scroll as smoothly as ten. */
export function PatientList({ list }: { list: Scrolled<Patient> }) {
  const { t } = useTranslation()
  const { rows, more, onMore } = list
  const { top, drawn, beforePx, afterPx } = useLongRows<HTMLUListElement>({
    count: rows.length,
    rowPx: ROW_PX,
    more,
    onMore,
  })
  return (
    <div className={styles.frame}>
      <div className={styles.head} aria-hidden="true">
        <span>{t('patients.name')}</span>
        <span>{t('patients.clinicNumber')}</span>
        <span>{t('patients.idNumber')}</span>
        <span>{t('patients.ageGender')}</span>
        <span>{t('patients.phone')}</span>
      </div>
      <ul ref={top} className={styles.list} style={{ paddingTop: beforePx, paddingBottom: afterPx }}>
        {drawn.map(({ index, place }) => {
          const patient = rows[index] as Patient
          return (
            <li key={patient.id} {...place} aria-setsize={more ? -1 : rows.length} aria-posinset={index + 1}>
              <PatientLine patient={patient} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function PatientLine({ patient }: { patient: Patient }) {
  const { t } = useTranslation()
  const age = ageYears(patient.dateOfBirth)
  return (
    <Link to={`/patients/${patient.id}`} className={styles.line}>
      <span className={styles.name}>{patient.name}</span>
      <span>{patient.clinicNumber}</span>
      <span>{formatIdNumber(patient.idType, patient.idNumber)}</span>
      <span>
        {[
          age === null ? '' : t('patients.age', { count: age }),
          patient.gender ? t(`gender.${patient.gender}`) : '',
        ]
          .filter(Boolean)
          .join(', ')}
      </span>
      <span>{formatPhone(patient.phone)}</span>
    </Link>
  )
}
