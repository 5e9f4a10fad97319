import { useTranslation } from 'react-i18next'
import { formatDay, formatIdNumber, formatPhone } from '../../../lib/format.ts'
import ui from '../../../ui/ui.module.css'
import type { MergeKeep } from '../file-api.ts'
import { chosen, type MergeRow, type Side } from '../merge-rows.ts'
import type { Patient } from '../types.ts'
import styles from './Merge.module.css'

interface MergeChoicesProps {
  one: Patient
  other: Patient
  rows: readonly MergeRow[]
  keep: MergeKeep
  faults: Record<string, string>
  onKeep: (keep: MergeKeep) => void
}

/** Two records side by side where they differ, and which of the two holds for each field. */
export function MergeChoices({ one, other, rows, keep, faults, onKeep }: MergeChoicesProps) {
  const { t } = useTranslation()
  if (rows.length === 0) return <p className={styles.hint}>{t('patientFile.nothingDiffers')}</p>
  return (
    <div className={ui.tableWrap}>
      <table className={`${ui.table} ${styles.choices}`}>
        <thead>
          <tr>
            <th>{t('patientFile.field')}</th>
            <th>{t('patientFile.thisRecord', { number: one.clinicNumber })}</th>
            <th>{t('patientFile.thatRecord', { number: other.clinicNumber })}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const side = keep[row.field] ?? row.usual
            const choose = (next: Side): void => onKeep(chosen(keep, row.field, next))
            return (
              <tr key={row.field}>
                <th scope="row">
                  {t(`patients.${row.field}`)}
                  {row.sides.includes('both') ? (
                    <Choice row={row} of="both" now={side} text={t('patientFile.both')} onChoose={choose} />
                  ) : null}
                  {faults[row.field] === undefined ? null : (
                    <span className={styles.fault} role="alert">
                      {faults[row.field]}
                    </span>
                  )}
                </th>
                {(['this', 'other'] as const).map((of) => (
                  <td key={of}>
                    <Choice
                      row={row}
                      of={of}
                      now={side}
                      text={said(of === 'this' ? one : other, row.field, t)}
                      onChoose={choose}
                    />
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

interface ChoiceProps {
  row: MergeRow
  of: Side
  now: Side
  text: string
  onChoose: (side: Side) => void
}

function Choice({ row, of, now, text, onChoose }: ChoiceProps) {
  return (
    <label className={styles.choice}>
      <input
        type="radio"
        name={`keep-${row.field}`}
        value={of}
        checked={now === of}
        onChange={() => onChoose(of)}
      />
      <span>{text}</span>
    </label>
  )
}

/** What a record says in a field, as it is written elsewhere. */
function said(patient: Patient, field: MergeRow['field'], t: (key: string) => string): string {
  const texts: Partial<Record<MergeRow['field'], string>> = {
    idNumber: formatIdNumber(patient.idType, patient.idNumber),
    dateOfBirth: formatDay(patient.dateOfBirth),
    gender: patient.gender === null ? '' : t(`gender.${patient.gender}`),
    phone: formatPhone(patient.phone),
    address: [patient.address, patient.postcode, patient.state].filter(Boolean).join(', '),
  }
  return (texts[field] ?? patient[field]) || t('patients.notGiven')
}
