import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Notice } from '../../../ui/Notice.tsx'
import type { Part } from '../content.ts'
import type { Clash } from '../use-autosave.ts'
import { partText } from '../words.ts'
import styles from './Consultation.module.css'

interface ClashNoticeProps {
  clash: Clash
  onSettle: (part: Part | null, whose: 'mine' | 'theirs') => void
}

/** What was changed elsewhere: taken over where nothing was typed here, asked for where it was. */
export function ClashNotice({ clash, onSettle }: ClashNoticeProps) {
  const { t } = useTranslation()
  const told = (part: Part): string => partText(part, clash.theirs) || t('consultations.nothingThere')
  return (
    <Notice
      tone="warn"
      title={t('consultations.clashTitle')}
      action={
        clash.clashing.length > 0 ? null : (
          <Button size="xs" variant="default" onClick={() => onSettle(null, 'mine')}>
            {t('action.close')}
          </Button>
        )
      }
    >
      <ul className={styles.clash}>
        {clash.taken.map((part) => (
          <li key={part}>
            {t('consultations.clashTaken', { part: t(`consultations.part.${part}`), now: told(part) })}
          </li>
        ))}
        {clash.clashing.map((part) => (
          <li key={part}>
            {t('consultations.clashBoth', { part: t(`consultations.part.${part}`), now: told(part) })}
            <span className={styles.choice}>
              <Button size="compact-xs" onClick={() => onSettle(part, 'mine')}>
                {t('consultations.keepMine')}
              </Button>
              <Button size="compact-xs" variant="default" onClick={() => onSettle(part, 'theirs')}>
                {t('consultations.takeTheirs')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </Notice>
  )
}
