import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Empty } from '../ui/Empty.tsx'
import { Page } from '../ui/Page.tsx'

export function NotFoundPage() {
  const { t } = useTranslation()
  return (
    <Page title={t('notFound.title')}>
      <Empty
        title={t('notFound.hint')}
        action={
          <Button component={Link} to="/patients" variant="default">
            {t('notFound.back')}
          </Button>
        }
      />
    </Page>
  )
}

/** A page that broke while drawing, or whose script is no longer there after an upgrade: read it anew. */
export function PageFault() {
  const { t } = useTranslation()
  return (
    <Page title={t('fault.title')}>
      <Empty
        title={t('fault.hint')}
        action={<Button onClick={() => window.location.reload()}>{t('fault.reload')}</Button>}
      />
    </Page>
  )
}
