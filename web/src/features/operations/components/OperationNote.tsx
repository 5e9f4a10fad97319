import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../lib/format.ts'
import { useFieldName } from '../../imports/field-name.ts'
import styles from './OperationPace.module.css'

/** Sentences that the worker writes, and the key of each in our words. */
const KNOWN: readonly [RegExp, string][] = [
  [/^slowed for the clinic\.?$/i, 'operations.note.slowed'],
  [/^the server forbids load data/i, 'operations.note.slowWriting'],
]
const LEFT_OUT = /^Left out: ([^.]*)(?:\. (.*))?$/
const DUPLICATES =
  /^Possible duplicates: (\d+) to decide, (\d+) put off, (\d+) put together, (\d+) kept apart, (\d+) not possible(?:\. Left out, shared by too many: (\d+))?$/
const MENDED = /^Refused rows: (\d+) tried again, (\d+) skipped, (\d+) of the file left$/
const MENDED_PARTS = ['tried', 'skipped', 'left'] as const
const TAKEN_BACK = /^Taken back: (\d+) removed, (\d+) restored, (\d+) kept$/

/** What the worker has to say, in the reader's language where it is one of its usual sentences. */
export function OperationNote({ note }: { note: string }) {
  const { t } = useTranslation()
  const nameOf = useFieldName()
  const say = (text: string): string => {
    const leftOut = LEFT_OUT.exec(text)
    if (leftOut) {
      const fields = (leftOut[1] ?? '').split(', ').map((part) => {
        const [, field = part, count = ''] = /^(\w+) (\d+)$/.exec(part) ?? []
        return `${nameOf(field)} ${count === '' ? '' : formatCount(Number(count))}`.trim()
      })
      const first = t('operations.note.leftOut', { fields: fields.join(', ') })
      return leftOut[2] ? `${first}. ${say(leftOut[2])}` : first
    }
    const pairs = DUPLICATES.exec(text)
    if (pairs) {
      const [open, later, merged, kept, refused, crowded = 0] = pairs
        .slice(1)
        .map((count) => formatCount(Number(count ?? 0)))
      const first = t('pairs.note', { open, later, merged, kept, refused })
      return pairs[6] === undefined
        ? first
        : `${first}. ${t('pairs.crowded', { count: Number(pairs[6]), shown: crowded })}`
    }
    const back = TAKEN_BACK.exec(text)
    if (back) {
      const [removed, restored, kept] = back.slice(1).map((count) => formatCount(Number(count)))
      return t('operations.note.takenBack', { removed, restored, kept })
    }
    const mended = MENDED.exec(text)
    if (mended) {
      const parts = MENDED_PARTS.flatMap((part, at) => {
        const count = Number(mended[at + 1])
        return count === 0 ? [] : [t(`operations.note.mendedPart.${part}`, { shown: formatCount(count) })]
      })
      return t('operations.note.mended', {
        parts: parts.join(', ') || t('operations.note.mendedPart.none'),
      })
    }
    const known = KNOWN.find(([pattern]) => pattern.test(text))
    return known ? t(known[1]) : text
  }
  return <span className={styles.note}>{say(note)}</span>
}
