import { useTranslation } from 'react-i18next'
import { formatDay, formatIdNumber, formatPhone } from '../../../../lib/format.ts'
import ui from '../../../../ui/ui.module.css'
import type { DuplicatePair } from '../../duplicates/api.ts'
import { type LineName, linesOf } from '../../duplicates/fields.ts'
import styles from './duplicates.module.css'

type Person = DuplicatePair['imported']

/** Two records side by side, line by line; what differs is marked. */
export function PairTable({ pair }: { pair: DuplicatePair }) {
  const { t } = useTranslation()
  return (
    <div className={ui.tableWrap}>
      <table className={`${ui.table} ${styles.pairTable}`}>
        <thead>
          <tr>
            <th>{t('pairs.field')}</th>
            <th>{t('pairs.existing', { number: pair.existing.clinicNumber })}</th>
            <th>{t('pairs.imported', { number: pair.imported.clinicNumber })}</th>
          </tr>
        </thead>
        <tbody>
          {linesOf(pair).map(({ name, differs }) => (
            <tr key={name} data-differs={differs || undefined}>
              <th scope="row">
                {t(`patients.${name}`)}
                {differs ? <span className={styles.mark}>{t('pairs.differs')}</span> : null}
              </th>
              <td>{said(pair.existing, name, t)}</td>
              <td>{said(pair.imported, name, t)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What a record says in a line, as it is written elsewhere. */
function said(person: Person, name: LineName, t: (key: string) => string): string {
  const texts: Partial<Record<LineName, string>> = {
    idNumber: formatIdNumber(person.idType, person.idNumber),
    dateOfBirth: formatDay(person.dateOfBirth),
    registeredOn: formatDay(person.registeredOn),
    gender: person.gender === null ? '' : t(`gender.${person.gender}`),
    phone: formatPhone(person.phone),
    address: [person.address, person.postcode, person.state].filter(Boolean).join(', '),
  }
  return (texts[name] ?? person[name]) || '–'
}
