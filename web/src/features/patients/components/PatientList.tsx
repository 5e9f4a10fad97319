import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ageYears, formatIdNumber, formatPhone } from '../../../lib/format.ts'
import type { Patient } from '../types.ts'
import styles from './PatientList.module.css'

const ROW_PX = 40
const OVERSCAN_ROWS = 12
const NEAR_END_ROWS = 20

interface PatientListProps {
  patients: readonly Patient[]
  more: boolean
  onMore: () => void
}

/** People as a virtual list of links, so that a hundred thousand scroll as smoothly as ten. */
export function PatientList({ patients, more, onMore }: PatientListProps) {
  const { t } = useTranslation()
  const top = useRef<HTMLUListElement>(null)
  const list = useWindowVirtualizer({
    count: patients.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN_ROWS,
    scrollMargin: top.current?.offsetTop ?? 0,
  })
  const drawn = list.getVirtualItems()
  const last = drawn.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last >= patients.length - NEAR_END_ROWS) onMore()
  }, [more, last, patients.length, onMore])
  return (
    <div className={styles.frame}>
      <div className={styles.head} aria-hidden="true">
        <span>{t('patients.name')}</span>
        <span>{t('patients.clinicNumber')}</span>
        <span>{t('patients.idNumber')}</span>
        <span>{t('patients.ageGender')}</span>
        <span>{t('patients.phone')}</span>
      </div>
      <ul ref={top} className={styles.list} style={{ height: list.getTotalSize() }}>
        {drawn.map((item) => {
          const patient = patients[item.index] as Patient
          return (
            <li
              key={patient.id}
              ref={list.measureElement}
              data-index={item.index}
              aria-setsize={more ? -1 : patients.length}
              aria-posinset={item.index + 1}
              style={{ top: item.start - list.options.scrollMargin }}
            >
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
