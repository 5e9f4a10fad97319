import { useTranslation } from 'react-i18next'
import { formatCount, formatDay } from '../../../lib/format.ts'
import type { Verification } from '../types.ts'
import styles from './Verify.module.css'

/** What is on record of a certificate; it is compared with the paper, and never says what the illness was. */
export function VerifiedCertificate({
  certificate,
}: {
  certificate: NonNullable<Verification['certificate']>
}) {
  const { t } = useTranslation()
  const { number, from, to, days, issuedOn, doctor, patient, clinic } = certificate
  const facts: [string, string][] = [
    ['number', number],
    ['patient', patient],
    ['from', formatDay(from)],
    ['to', formatDay(to)],
    ['days', formatCount(days)],
    ['issuedOn', formatDay(issuedOn)],
    ['doctor', doctor.name],
    ['mmcNumber', doctor.mmcNumber],
    ['clinic', clinic],
  ]
  return (
    <>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{t(`verify.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.foot}>{t('verify.compare')}</p>
    </>
  )
}
