import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../../lib/format.ts'
import { useFieldName, useReasonText } from '../../field-name.ts'
import type { RefusedGroups } from './api.ts'
import styles from './fixes.module.css'

type Made = RefusedGroups['fixes'][number]

/** What was done about refused rows before, latest first, and how many rows it brought in. */
export function MadeFixes({ fixes }: { fixes: readonly Made[] }) {
  const { t } = useTranslation()
  if (fixes.length === 0) return null
  return (
    <div className={styles.made}>
      <h3>{t('fixes.made')}</h3>
      <ul aria-label={t('fixes.made')}>
        {fixes.map((fix) => (
          <li key={fix.no}>
            <MadeFix fix={fix} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function MadeFix({ fix }: { fix: Made }) {
  const { t } = useTranslation()
  const nameOf = useFieldName()
  const reasonOf = useReasonText()
  const causes = fix.groups.map(({ code, column }) =>
    `${column === null ? '' : `${nameOf(column)}: `}${reasonOf(code)}`.trim(),
  )
  const { inserted = 0, updated = 0, unchanged = 0, skipped = 0 } = fix.counts ?? {}
  const parts = Object.entries({ inserted, updated, unchanged, skipped }).filter(([, n]) => n !== 0)
  return (
    <>
      <strong>{causes.length > 0 ? causes.join(' · ') : t('fixes.mendedFile')}</strong>{' '}
      {fix.state === 'done'
        ? parts.length === 0
          ? t('fixes.none')
          : parts.map(([name, n]) => `${t(`counts.${name}`)} ${formatCount(n)}`).join(' · ')
        : t(`fixes.state.${fix.state}`)}
    </>
  )
}
