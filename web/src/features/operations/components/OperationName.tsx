import { useTranslation } from 'react-i18next'
import type { Operation, OperationType } from '../types.ts'

/** Where the words for the kinds of each type of work are; the others have one kind only. */
const KIND_WORDS: Partial<Record<OperationType, string>> = {
  report: 'reports.name',
  export: 'reports.exportKind',
  maintenance: 'backups.schedule',
}

/** What a piece of work is called: its type, and its kind where there are several. */
export function useWorkName(): (type: OperationType, kind: string | null) => string {
  const { t, i18n } = useTranslation()
  return (type, kind) => {
    const key = `${KIND_WORDS[type]}.${kind}`
    const word = t(`operations.type.${type}`)
    return i18n.exists(key) ? `${word}: ${t(key)}` : word
  }
}

/** What an operation is called in lists: its file, else its type and kind. */
export function useOperationName(): (operation: Operation) => string {
  const workName = useWorkName()
  return ({ file, type, kind }) => file?.name || workName(type, kind)
}

/** The kind of an import as people call it. */
export function useKindName(): (kind: string | null | undefined) => string {
  const { t, i18n } = useTranslation()
  return (kind) => {
    const key = `kinds.${kind}`
    return i18n.exists(key) ? t(key) : (kind ?? '')
  }
}
