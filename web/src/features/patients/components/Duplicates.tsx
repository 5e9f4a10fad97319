import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ageYears, formatIdNumber, formatPhone } from '../../../lib/format.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { findDuplicates } from '../api.ts'
import type { PatientForm } from '../form.ts'
import type { Duplicate } from '../types.ts'
import styles from './Duplicates.module.css'

const TYPING_PAUSE_MS = 500
const SHORTEST_NAME = 4

/** What is asked about; null while there is too little to go by. */
function questionOf(form: PatientForm) {
  const name = form.name.trim()
  const given = {
    ...(name.length >= SHORTEST_NAME ? { name } : {}),
    ...(form.idNumber.trim() === '' ? {} : { idNumber: form.idNumber.trim() }),
    ...(form.phone.trim() === '' ? {} : { phone: form.phone.trim() }),
    ...(form.dateOfBirth.trim() === '' ? {} : { dateOfBirth: form.dateOfBirth.trim() }),
  }
  const enough = 'name' in given || 'idNumber' in given || 'phone' in given
  return enough ? given : null
}

/** Who in the file may be the person that is just being registered; quiet until there is somebody. */
export function Duplicates({ form }: { form: PatientForm }) {
  const { t } = useTranslation()
  const question = useDebounced(JSON.stringify(questionOf(form)), TYPING_PAUSE_MS)
  const { data } = useQuery({
    queryKey: ['patients', 'duplicates', question],
    queryFn: ({ signal }) => findDuplicates(JSON.parse(question), signal),
    enabled: question !== 'null',
    gcTime: 0,
  })
  const found = question === 'null' ? [] : (data ?? [])
  return (
    <div role="status" className={styles.box}>
      {found.length === 0 ? null : (
        <>
          <h2 className={styles.title}>{t('duplicates.title')}</h2>
          <ul className={styles.list}>
            {found.map((patient) => (
              <DuplicateLine key={patient.id} patient={patient} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function DuplicateLine({ patient }: { patient: Duplicate }) {
  const { t } = useTranslation()
  const age = ageYears(patient.dateOfBirth)
  const facts = [
    patient.clinicNumber,
    formatIdNumber(patient.idType, patient.idNumber),
    age === null ? '' : t('patients.age', { count: age }),
    formatPhone(patient.phone),
  ]
  return (
    <li data-certainty={patient.certainty}>
      <Link to={`/patients/${patient.id}`} className={styles.line}>
        <strong>{patient.name}</strong>
        <span className={styles.facts}>{facts.filter(Boolean).join(' · ')}</span>
        <span className={styles.why}>
          {t(`duplicates.${patient.certainty}`)}:{' '}
          {patient.reasons.map((reason) => t(`duplicates.reason.${reason}`)).join(', ')}
        </span>
      </Link>
    </li>
  )
}
