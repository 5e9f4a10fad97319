import { Switch } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../ui/Dialog.tsx'
import ui from '../ui/ui.module.css'
import styles from './ShortcutSheet.module.css'
import { SHORTCUTS } from './shortcuts.ts'
import { setSingleKeys, singleKeysOn } from './single-keys.ts'

/** The sheet behind `?`. */
export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [single, setSingle] = useState(singleKeysOn)
  return (
    <Dialog onClose={onClose} title={t('shortcuts.title')}>
      <dl className={styles.sheet}>
        {SHORTCUTS.map(({ keys, label }) => (
          <div key={keys.join('+')} className={styles.row}>
            <dt>{t(label)}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key} className={ui.kbd}>
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Switch
        mt={12}
        label={t('shortcuts.singleKeys')}
        description={t('shortcuts.singleKeysHint')}
        checked={single}
        onChange={(event) => {
          setSingle(event.currentTarget.checked)
          setSingleKeys(event.currentTarget.checked)
        }}
      />
    </Dialog>
  )
}
