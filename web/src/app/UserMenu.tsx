import { Menu, useMantineColorScheme } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { errorText } from '../lib/error-text.ts'
import { type Language, setLanguage } from '../lib/i18n.ts'
import { Icon, type IconName } from '../ui/icons.tsx'
import styles from './Shell.module.css'
import { useSession, useUser } from './session.tsx'

const SCHEMES: readonly { scheme: 'light' | 'dark' | 'auto'; icon: IconName }[] = [
  { scheme: 'light', icon: 'light' },
  { scheme: 'dark', icon: 'dark' },
  { scheme: 'auto', icon: 'auto' },
]

/** The person's own things: password, sessions, language, theme, shortcuts, the way out. */
export function UserMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { t, i18n } = useTranslation()
  const user = useUser()
  const { leave, lock } = useSession()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const other: Language = i18n.language === 'ms' ? 'en' : 'ms'
  const out = (): void => {
    leave().catch((error: unknown) => notifications.show({ color: 'red', message: errorText(error) }))
  }
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <button type="button" className={styles.userButton}>
          <Icon name="user" size={20} />
          <span className={styles.userName}>{user.name || user.username}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('user.signedInAs', { name: user.username, role: t(`role.${user.role}`) })}</Menu.Label>
        <Menu.Item component={Link} to="/account/password">
          {t('user.changePassword')}
        </Menu.Item>
        <Menu.Item component={Link} to="/account/sessions">
          {t('user.sessions')}
        </Menu.Item>
        <Menu.Item component={Link} to="/account/two-factor">
          {t('user.twoFactor')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="language" />}
          lang={other}
          onClick={() => void setLanguage(other)}
        >
          {t('language.switch')}
        </Menu.Item>
        {SCHEMES.map(({ scheme, icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon name={icon} />}
            rightSection={colorScheme === scheme ? <Icon name="check" /> : null}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`theme.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Item leftSection={<Icon name="keyboard" />} onClick={onShortcuts}>
          {t('shortcuts.title')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="lock" />} onClick={lock}>
          {t('lock.now')}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="signOut" />} onClick={out}>
          {t('user.signOut')}
        </Menu.Item>
        <Menu.Label>{t('app.version', { version: __APP_VERSION__ })}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  )
}
