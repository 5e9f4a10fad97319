import { useTranslation } from 'react-i18next'
import { PARTS } from '../content.ts'
import type { Content } from '../types.ts'
import { partText } from '../words.ts'
import styles from './Consultation.module.css'

/** A consultation to be read. */
export function WrittenContent({ content }: { content: Content }) {
  const { t } = useTranslation()
  const written = PARTS.map((part) => ({ part, text: partText(part, content) })).filter(
    ({ text }) => text !== '',
  )
  if (written.length === 0) return <p className={styles.dim}>{t('consultations.nothingWritten')}</p>
  return (
    <dl className={styles.written}>
      {written.map(({ part, text }) => (
        <div key={part}>
          <dt>{t(`consultations.part.${part}`)}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  )
}
