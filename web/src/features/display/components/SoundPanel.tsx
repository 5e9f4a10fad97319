import { Button, Slider, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ScreenSettings } from '../screen-settings.ts'
import styles from './Display.module.css'

interface SoundPanelProps {
  settings: ScreenSettings
  onChange: (change: Partial<ScreenSettings>) => void
  onTest: () => void
  onClose: () => void
}

/** Volume, quiet hours and the self-test of a screen. */
export function SoundPanel({ settings, onChange, onTest, onClose }: SoundPanelProps) {
  const { t } = useTranslation()
  const time = (field: 'quietFrom' | 'quietTo') => ({
    type: 'time',
    label: t(`display.${field}`),
    value: settings[field],
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ [field]: event.currentTarget.value }),
  })
  return (
    <div className={styles.panel} role="dialog" aria-label={t('display.sound')}>
      <div>
        <div id="volume">{t('display.volume')}</div>
        <Slider
          thumbProps={{ 'aria-labelledby': 'volume' }}
          min={0}
          max={100}
          step={5}
          value={Math.round(settings.volume * 100)}
          onChange={(value) => onChange({ volume: value / 100 })}
        />
      </div>
      <TextInput {...time('quietFrom')} />
      <TextInput {...time('quietTo')} />
      <Button variant="default" onClick={onTest}>
        {t('display.test')}
      </Button>
      <Button onClick={onClose}>{t('action.close')}</Button>
    </div>
  )
}
