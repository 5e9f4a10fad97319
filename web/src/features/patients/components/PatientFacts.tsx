import { useTranslation } from 'react-i18next'
import { formatDay, formatIdNumber, formatMoment, formatPhone } from '../../../lib/format.ts'
import type { Patient } from '../types.ts'
import styles from './PatientForm.module.css'

/** Every field of the record in reading order; what is not given says so. */
export function PatientFacts({ patient }: { patient: Patient }) {
  const { t } = useTranslation()
  const address = [patient.address, [patient.postcode, patient.state].filter(Boolean).join(' ')]
  const facts: [string, string | null | undefined][] = [
    ['name', patient.name],
    ['clinicNumber', patient.clinicNumber],
    ['idType', patient.idType && t(`idType.${patient.idType}`)],
    ['idNumber', formatIdNumber(patient.idType, patient.idNumber)],
    ['dateOfBirth', formatDay(patient.dateOfBirth)],
    ['gender', patient.gender && t(`gender.${patient.gender}`)],
    ['phone', formatPhone(patient.phone)],
    ['email', patient.email],
    ['address', address.filter(Boolean).join('\n')],
    ['company', patient.company],
    ['allergies', patient.allergies],
    ['chronicConditions', patient.chronicConditions],
    ['medicalHistory', patient.medicalHistory],
    ['remarks', patient.remarks],
    ['nextOfKin', patient.nextOfKin],
    ['consentOn', formatDay(patient.consentOn)],
    ['externalId', patient.externalId],
    ['registeredOn', formatDay(patient.registeredOn)],
    ['updatedAt', formatMoment(patient.updatedAt)],
  ]
  return (
    <dl className={styles.facts}>
      {facts.map(([field, value]) => (
        <div key={field}>
          <dt>{t(`patients.${field}`)}</dt>
          <dd data-empty={!value}>{value || t('patients.notGiven')}</dd>
        </div>
      ))}
    </dl>
  )
}
