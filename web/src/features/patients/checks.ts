import { canonicalNric, nricAgreesWithDay, nricFault, nricGender } from '../../../../shared/units/nric.ts'
import { canonicalPhone } from '../../../../shared/units/phone.ts'
import { readDay } from '../../lib/format.ts'
import type { PatientForm } from './form.ts'

type Checked = Partial<Record<keyof PatientForm, string>>

/**
 * What can be told to be wrong while typing, as reason codes by field; an empty field is never wrong here. The server
 * judges everything again.
 */
export function checkForm(form: PatientForm, todayOn: string): Checked {
  const found: Checked = {}
  const given = (field: keyof PatientForm): string => form[field].trim()
  const born = readDay(given('dateOfBirth'))
  if (given('dateOfBirth') !== '' && born === null) found.dateOfBirth = 'BAD_DOB'
  else if (born !== null && born > todayOn) found.dateOfBirth = 'DOB_IN_FUTURE'
  if (given('idType') === 'NRIC' && given('idNumber') !== '') {
    const code = checkNric(given('idNumber'), born, given('gender'))
    if (code !== null) found.idNumber = code
  }
  const agreed = readDay(given('consentOn'))
  if (given('consentOn') !== '' && (agreed === null || agreed > todayOn)) found.consentOn = 'BAD_CONSENT_ON'
  if (given('phone') !== '' && canonicalPhone(given('phone')) === null) found.phone = 'BAD_PHONE'
  if (given('email') !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given('email'))) found.email = 'BAD_EMAIL'
  if (given('postcode') !== '' && !/^\d{5}$/.test(given('postcode'))) found.postcode = 'BAD_POSTCODE'
  return found
}

function checkNric(text: string, bornOn: string | null, gender: string): string | null {
  const nric = canonicalNric(text)
  if (nric === null) return 'BAD_NRIC_FORMAT'
  const fault = nricFault(nric)
  if (fault !== null) return fault
  if (bornOn !== null && !nricAgreesWithDay(nric, bornOn)) return 'NRIC_DOB_MISMATCH'
  return gender !== '' && nricGender(nric) !== gender ? 'NRIC_GENDER_MISMATCH' : null
}
