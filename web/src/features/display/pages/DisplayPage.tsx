import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatClock } from '../../../lib/format.ts'
import { useNow } from '../../../lib/use-now.ts'
import { acknowledge } from '../api.ts'
import { CallBoard } from '../components/CallBoard.tsx'
import styles from '../components/Display.module.css'
import { PairForm } from '../components/PairForm.tsx'
import { SoundPanel } from '../components/SoundPanel.tsx'
import { createPlayer } from '../player.ts'
import { isQuiet, useScreenSettings } from '../screen-settings.ts'
import type { ScreenEvent, Spoken } from '../types.ts'
import { useScreen } from '../use-screen.ts'

const ALL: readonly Spoken[] = ['ms', 'en', 'zh', 'ta']
const TEST_CALL = { id: 'test', number: 'A012', room: '3' }
const CLOCK_MS = 5_000

/** The waiting-room screen: paired once, then it shows and speaks calls by itself for months. */
export function DisplayPage() {
  const { t } = useTranslation()
  const nowMs = useNow(CLOCK_MS)
  const [player] = useState(createPlayer)
  const [sounding, setSounding] = useState(player.unlocked)
  const [settings, change] = useScreenSettings()
  const [adjusting, setAdjusting] = useState(false)
  const feed = useScreen((call) => void speak(call))
  const languages = (feed.screen?.languages as Spoken[] | undefined) ?? ALL

  useEffect(() => player.setVolume(settings.volume), [player, settings.volume])
  useEffect(() => {
    // A kiosk that allows sound needs no touch.
    void player.unlock().then(setSounding)
    document.title = t('display.title')
  }, [player, t])

  async function speak({ callId, number, room }: ScreenEvent): Promise<void> {
    if (callId === null) return
    // After the next frame the call has been painted.
    requestAnimationFrame(() => void acknowledge(callId, 'shown').catch(() => {}))
    if (isQuiet(settings, formatClock(Date.now())) || settings.volume === 0) return
    const heard = await player.say({ id: callId, number, room }, languages)
    if (heard) await acknowledge(callId, 'spoken').catch(() => {})
  }

  if (feed.unpaired) return <PairForm onPaired={feed.paired} />
  return (
    <main className={styles.screen}>
      {feed.screen === undefined ? null : (
        <CallBoard screen={feed.screen} nowMs={nowMs} languages={languages} />
      )}
      {feed.link === 'live' ? null : (
        <div className={styles.offline} role="alert">
          {t(`display.link.${feed.link}`)}
        </div>
      )}
      {sounding ? (
        <Button
          className={styles.corner ?? ''}
          size="xs"
          variant="subtle"
          onClick={() => setAdjusting(!adjusting)}
        >
          {t('display.sound')}
        </Button>
      ) : (
        <div className={styles.unlock}>
          <Button size="lg" onClick={() => void player.unlock().then(setSounding)}>
            {t('display.unlock')}
          </Button>
        </div>
      )}
      {adjusting ? (
        <SoundPanel
          settings={settings}
          onChange={change}
          onTest={() => void player.say(TEST_CALL, languages)}
          onClose={() => setAdjusting(false)}
        />
      ) : null}
    </main>
  )
}
