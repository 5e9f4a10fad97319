import { useTranslation } from 'react-i18next'
import { formatBytes, formatDuration, formatMoment } from '../../../lib/format.ts'
import { Section } from '../../../ui/Page.tsx'
import { optionsOf } from '../options.ts'
import type { Operation } from '../types.ts'
import styles from './OperationFacts.module.css'
import { useKindName } from './OperationName.tsx'

const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000

/** Who asked for it, when, with which choices. */
export function OperationFacts({ operation }: { operation: Operation }) {
  const { t, i18n } = useTranslation()
  const kindName = useKindName()
  const { startedAt, finishedAt, file, result } = operation
  const isImport = operation.type === 'import'
  const options = optionsOf(operation)
  const named = (group: string, value: unknown): string | null => {
    const key = `options.${group}.${String(value)}`
    return i18n.exists(key) ? t(key) : null
  }
  const facts: [string, string | null][] = [
    [t('newImport.kind'), isImport ? kindName(operation.kind) : null],
    [t('newImport.file'), file ? `${file.name} · ${formatBytes(file.bytes)}` : null],
    [t('operations.result'), result && `${result.name} · ${formatBytes(result.bytes)}`],
    [t('operations.kept'), result && formatMoment(result.expiresAt)],
    [t('options.strictness'), named('strictnessName', options.strictness)],
    [t('options.onDuplicate'), named('onDuplicateName', options.onDuplicate)],
    [t('imports.by'), operation.createdBy?.name ?? null],
    [t('operations.asked'), formatMoment(operation.createdAt)],
    [t('operations.finished'), finishedAt && formatMoment(finishedAt)],
    [
      t('operations.took'),
      startedAt && finishedAt ? formatDuration(secondsBetween(startedAt, finishedAt)) : null,
    ],
  ]
  return (
    <Section title={t(isImport ? 'operations.facts' : 'operations.factsOther')}>
      <dl className={styles.facts}>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </Section>
  )
}
