import { Button, NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Key } from '../../../ui/Key.tsx'
import { NEXT_STEPS } from '../next.ts'
import type { SaveState } from '../use-autosave.ts'
import type { Next } from '../use-sign.ts'
import styles from './Consultation.module.css'
import { SaveMark } from './SaveMark.tsx'

interface SignBarProps {
  state: SaveState
  /** Whether some fields cannot be right as they are typed. */
  hasFaults: boolean
  /** Where the patient goes unless something else is chosen; null: stays until the others of the group are seen. */
  usual: Next | null
  next: Next | null
  onNext: (next: Next | null) => void
  isSigning: boolean
  onCertificate: () => void
  onLetter: () => void
  onSign: () => void
}

/** Where what is typed stands, what can be issued, and the end of the consultation. */
export function SignBar(props: SignBarProps) {
  const { t } = useTranslation()
  const { usual, next, onNext } = props
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('consultations.finish')}>
      <SaveMark state={props.state} hasFaults={props.hasFaults} />
      <div className={styles.barEnd}>
        <Button variant="default" onClick={props.onCertificate} rightSection={<Key of="Alt C" />}>
          {t('papers.certificate')}
        </Button>
        <Button variant="default" onClick={props.onLetter} rightSection={<Key of="Alt L" />}>
          {t('papers.letter')}
        </Button>
        <NativeSelect
          aria-label={t('consultations.nextStep')}
          value={next ?? ''}
          onChange={(event) => onNext((event.currentTarget.value || null) as Next | null)}
          data={[
            { value: '', label: t(`consultations.next.${usual ?? 'stay'}`) },
            ...NEXT_STEPS.filter((one) => one !== usual).map((one) => ({
              value: one,
              label: t(`consultations.next.${one}`),
            })),
          ]}
        />
        <Button loading={props.isSigning} onClick={props.onSign} rightSection={<Key of="Ctrl ↵" />}>
          {t('consultations.sign')}
        </Button>
      </div>
    </div>
  )
}
