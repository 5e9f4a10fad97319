import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Notice } from '../../../ui/Notice.tsx'

/** Says that this very file was imported before, by operation `id`; that is allowed, but seldom meant. */
export function SameFileNotice({ id }: { id: string | null | undefined }) {
  const { t } = useTranslation()
  if (!id) return null
  return (
    <Notice
      tone="warn"
      title={t('sameFile.title')}
      action={<Link to={`/imports/${id}`}>{t('sameFile.open')}</Link>}
    >
      {t('sameFile.hint')}
    </Notice>
  )
}
