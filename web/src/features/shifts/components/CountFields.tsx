import { TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatSen } from '../../billing/amounts.ts'
import { type Count, DENOMINATIONS_SEN, isBadCount, piecesOf } from '../denominations.ts'
import styles from './Shifts.module.css'

/** How many notes and coins of each kind lie in the drawer. */
export function CountFields({ count, onChange }: { count: Count; onChange: (count: Count) => void }) {
  const { t } = useTranslation()
  return (
    <table className={styles.count}>
      <thead>
        <tr>
          <th>{t('shifts.kind')}</th>
          <th>{t('shifts.pieces')}</th>
          <th>{t('shifts.sum')}</th>
        </tr>
      </thead>
      <tbody>
        {DENOMINATIONS_SEN.map((sen, index) => (
          <tr key={sen}>
            <th scope="row">{formatSen(sen)}</th>
            <td>
              <TextInput
                size="xs"
                name={`count-${sen}`}
                aria-label={t('shifts.piecesOf', { kind: formatSen(sen) })}
                inputMode="numeric"
                autoComplete="off"
                maxLength={4}
                value={count[sen] ?? ''}
                error={isBadCount(count[sen])}
                {...(index === 0 ? { 'data-autofocus': true } : {})}
                onChange={(event) => onChange({ ...count, [sen]: event.currentTarget.value })}
              />
            </td>
            <td>{formatSen(sen * piecesOf(count[sen]))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
