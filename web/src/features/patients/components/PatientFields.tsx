import { SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { BACKGROUND_MAX_LENGTH as MAX } from '../../../../../shared/patients/rules.ts'
import { STATES } from '../../../../../shared/units/states.ts'
import { clinicToday, formatDay } from '../../../lib/format.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { checkForm } from '../checks.ts'
import { type PatientForm, readNric } from '../form.ts'
import { ID_TYPES } from '../types.ts'
import styles from './PatientFields.module.css'

/** Faults appear once typing stands still, never under the fingers. */
const TYPING_PAUSE_MS = 700

interface PatientFieldsProps {
  form: PatientForm
  faults: Partial<Record<string, string>>
  onChange: (change: Partial<PatientForm>) => void
}

/** The fields of a person in one column, in the order of the card; an NRIC fills in birth day and gender. */
export function PatientFields({ form, faults: refused, onChange }: PatientFieldsProps) {
  const { t } = useTranslation()
  const settled = useDebounced(form, TYPING_PAUSE_MS)
  const checked = Object.entries(checkForm(settled, clinicToday()))
  // What the server said stands until the field is right; what typing shows comes on top.
  const faults = {
    ...refused,
    ...Object.fromEntries(checked.map(([field, code]) => [field, t(`reasons.${code}`)])),
  }
  const text = (field: keyof PatientForm) => ({
    name: field,
    label: t(`patients.${field}`),
    value: form[field],
    error: faults[field] ?? null,
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ [field]: event.currentTarget.value }),
  })
  const changeNumber = (idNumber: string): void => {
    const read = form.idType === 'NRIC' ? readNric(idNumber, clinicToday()) : null
    onChange(read ? { idNumber, dateOfBirth: read.dateOfBirth, gender: read.gender } : { idNumber })
  }
  const others = form.idType === 'NRIC' ? (readNric(form.idNumber, clinicToday())?.others ?? []) : []
  return (
    <div className={styles.fields}>
      <TextInput {...text('name')} required autoComplete="off" autoFocus />
      <div className={styles.pair}>
        <Select
          label={t('patients.idType')}
          allowDeselect={false}
          data={ID_TYPES.map((value) => ({ value, label: t(`idType.${value}`) }))}
          value={form.idType || null}
          error={faults.idType ?? null}
          onChange={(idType) => onChange({ idType: idType ?? '' })}
        />
        <TextInput
          {...text('idNumber')}
          autoComplete="off"
          inputMode={form.idType === 'NRIC' ? 'numeric' : 'text'}
          placeholder={form.idType === 'NRIC' ? '880412-14-5678' : ''}
          onChange={(event) => changeNumber(event.currentTarget.value)}
        />
      </div>
      <div className={styles.pair}>
        <DayInput
          name="dateOfBirth"
          label={t('patients.dateOfBirth')}
          value={form.dateOfBirth}
          error={faults.dateOfBirth ?? null}
          onChange={(dateOfBirth) => onChange({ dateOfBirth })}
          description={others[0] ? t('patients.orCentury', { day: formatDay(others[0]) }) : null}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
        />
        <fieldset className={styles.gender}>
          <legend>{t('patients.gender')}</legend>
          <SegmentedControl
            fullWidth
            data={(['F', 'M'] as const).map((value) => ({ value, label: t(`gender.${value}`) }))}
            value={form.gender}
            onChange={(gender) => onChange({ gender })}
          />
          {faults.gender ? <p className={styles.fault}>{faults.gender}</p> : null}
        </fieldset>
      </div>
      <TextInput {...text('phone')} type="tel" autoComplete="off" placeholder="012-345 6789" />
      <TextInput {...text('email')} type="email" autoComplete="off" />
      <Textarea {...text('address')} autosize minRows={2} autoComplete="off" />
      <div className={styles.pair}>
        <TextInput {...text('postcode')} inputMode="numeric" maxLength={5} autoComplete="off" />
        <Select
          label={t('patients.state')}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('patients.clearState') }}
          data={Object.keys(STATES)}
          value={form.state || null}
          error={faults.state ?? null}
          onChange={(state) => onChange({ state: state ?? '' })}
        />
      </div>
      <TextInput {...text('company')} autoComplete="off" />
      <Textarea {...text('allergies')} autosize minRows={2} />
      <Textarea {...text('chronicConditions')} maxLength={MAX.chronicConditions} autosize minRows={2} />
      <Textarea {...text('medicalHistory')} maxLength={MAX.medicalHistory} autosize minRows={2} />
      <Textarea {...text('remarks')} autosize minRows={2} />
      <TextInput {...text('nextOfKin')} maxLength={MAX.nextOfKin} autoComplete="off" />
      <DayInput
        name="consentOn"
        label={t('patients.consentOn')}
        value={form.consentOn}
        error={faults.consentOn ?? null}
        onChange={(consentOn) => onChange({ consentOn })}
      />
    </div>
  )
}
