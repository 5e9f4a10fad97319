import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatMoment } from '../../../lib/format.ts'
import { Notice } from '../../../ui/Notice.tsx'
import type { SameFile } from '../types.ts'

/** Says that this very file was imported before; that is allowed, but seldom meant. */
export function SameFileNotice({ same }: { same: SameFile | undefined }) {
  const { t } = useTranslation()
  if (!same) return null
  const id = typeof same === 'string' ? same : same.id
  const at = typeof same === 'string' ? '' : formatMoment(same.createdAt)
  return (
    <Notice
      tone="warn"
      title={t('sameFile.title')}
      action={<Link to={`/imports/${id}`}>{t('sameFile.open')}</Link>}
    >
      {at === '' ? t('sameFile.hint') : t('sameFile.hintAt', { at })}
    </Notice>
  )
}
