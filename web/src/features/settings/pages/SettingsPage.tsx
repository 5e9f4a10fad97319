import { Button, Input } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { Page, Section } from '../../../ui/Page.tsx'
import { SET_UP } from '../../setup/api.ts'
import { LogoStep } from '../../setup/components/LogoStep.tsx'
import { fetchSettings, settingKeys } from '../api.ts'
import { SettingLine } from '../components/SettingLine.tsx'

/** The clinic's settings by group; rules, print-outs and screens follow them at once. */
export function SettingsPage() {
  const { t, i18n } = useTranslation()
  const mayWrite = useUser().permissions.includes('settings.write')
  const query = useQuery({
    queryKey: settingKeys.all,
    queryFn: ({ signal }) => fetchSettings(signal),
    staleTime: 0,
  })
  const groups = [...new Set(query.data?.map(({ group }) => group))]
  return (
    <Page
      title={t('settings.title')}
      side={
        mayWrite ? (
          <Button component={Link} to="/setup" variant="default">
            {t('setup.open')}
          </Button>
        ) : undefined
      }
    >
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending ? <Loading rows={8} /> : null}
      {groups.map((group) => (
        <Section
          key={group}
          title={i18n.exists(`settings.group.${group}`) ? t(`settings.group.${group}`) : group}
        >
          <div style={{ display: 'grid', gap: 18, maxWidth: 620 }}>
            {query.data
              ?.filter((setting) => setting.group === group && setting.name !== SET_UP)
              .map((setting) => (
                <SettingLine key={setting.name} setting={setting} mayWrite={mayWrite} />
              ))}
            {group === 'clinic' && mayWrite ? (
              <Input.Wrapper label={t('setup.step.logo')} labelElement="div">
                <LogoStep />
              </Input.Wrapper>
            ) : null}
          </div>
        </Section>
      ))}
    </Page>
  )
}
