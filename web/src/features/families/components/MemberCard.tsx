import { Button, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { clinicToday } from '../../../lib/format.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { checkForm } from '../../patients/checks.ts'
import { Duplicates } from '../../patients/components/Duplicates.tsx'
import fields from '../../patients/components/PatientFields.module.css'
import { PatientPicker } from '../../patients/components/PatientPicker.tsx'
import { type PatientForm, readNric } from '../../patients/form.ts'
import { ID_TYPES } from '../../patients/types.ts'
import type { MemberForm } from '../register.ts'
import styles from './Families.module.css'
import { RelationSelect } from './RelationSelect.tsx'

const TYPING_PAUSE_MS = 700

interface MemberCardProps {
  member: MemberForm
  number: number
  /** What the server said against it, by field. */
  faults: Record<string, string>
  without: readonly string[]
  onChange: (change: Partial<MemberForm>) => void
  onRemove?: (() => void) | undefined
}

/** One of the family: who it is, new or from the file, and what to the others. */
export function MemberCard({ member, number, faults, without, onChange, onRemove }: MemberCardProps) {
  const { t } = useTranslation()
  const title = t(member.isNew ? 'families.newPerson' : 'families.knownPerson', { number })
  return (
    <fieldset className={styles.card} aria-label={title} data-member={number}>
      <div className={styles.cardHead}>
        <strong>{title}</strong>
        {onRemove === undefined ? null : (
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={t('families.leaveOut', { number })}
            onClick={onRemove}
          >
            {t('families.remove')}
          </Button>
        )}
      </div>
      {member.isNew ? (
        <NewPerson
          form={member.form}
          refused={faults}
          onChange={(change) => onChange({ form: { ...member.form, ...change } })}
        />
      ) : (
        <>
          <PatientPicker
            label={t('families.who')}
            value={member.picked}
            without={without}
            onChange={(picked) => onChange({ picked })}
          />
          {faults.patientId === undefined ? null : <p className={fields.fault}>{faults.patientId}</p>}
        </>
      )}
      <RelationSelect
        label={t('families.is')}
        value={member.relation}
        onChange={(relation) => onChange({ relation })}
      />
    </fieldset>
  )
}

interface NewPersonProps {
  form: PatientForm
  refused: Record<string, string>
  onChange: (change: Partial<PatientForm>) => void
}

/** What is asked at the desk of each of several: the rest can follow on the person's own page. */
function NewPerson({ form, refused, onChange }: NewPersonProps) {
  const { t } = useTranslation()
  const settled = useDebounced(form, TYPING_PAUSE_MS)
  const checked = Object.entries(checkForm(settled, clinicToday()))
  const faults: Record<string, string> = {
    ...refused,
    ...Object.fromEntries(checked.map(([field, code]) => [field, t(`reasons.${code}`)])),
  }
  const text = (field: keyof PatientForm) => ({
    label: t(`patients.${field}`),
    value: form[field],
    error: faults[field] ?? null,
    autoComplete: 'off',
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ [field]: event.currentTarget.value }),
  })
  const changeNumber = (idNumber: string): void => {
    const read = form.idType === 'NRIC' ? readNric(idNumber, clinicToday()) : null
    onChange(read ? { idNumber, dateOfBirth: read.dateOfBirth, gender: read.gender } : { idNumber })
  }
  return (
    <div className={fields.fields}>
      <TextInput {...text('name')} required autoFocus={form.name === ''} />
      <div className={fields.pair}>
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
          inputMode={form.idType === 'NRIC' ? 'numeric' : 'text'}
          onChange={(event) => changeNumber(event.currentTarget.value)}
        />
      </div>
      <div className={fields.pair}>
        <DayInput
          label={t('patients.dateOfBirth')}
          value={form.dateOfBirth}
          error={faults.dateOfBirth ?? null}
          onChange={(dateOfBirth) => onChange({ dateOfBirth })}
        />
        <fieldset className={fields.gender}>
          <legend>{t('patients.gender')}</legend>
          <SegmentedControl
            fullWidth
            data={(['F', 'M'] as const).map((value) => ({ value, label: t(`gender.${value}`) }))}
            value={form.gender}
            onChange={(gender) => onChange({ gender })}
          />
        </fieldset>
      </div>
      <TextInput {...text('phone')} type="tel" />
      <Textarea {...text('allergies')} autosize minRows={1} />
      <Duplicates form={form} />
    </div>
  )
}
