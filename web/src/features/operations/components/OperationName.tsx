import { useTranslation } from 'react-i18next'
import type { Operation } from '../types.ts'

/** What an operation is called in lists: its file, else its kind. */
export function useOperationName(): (operation: Operation) => string {
  const { t, i18n } = useTranslation()
  return (operation) => {
    if (operation.file?.name) return operation.file.name
    const key = `operations.type.${operation.type}`
    return i18n.exists(key) ? t(key) : operation.type
  }
}

/** The kind of an import as people call it. */
export function useKindName(): (kind: string | null | undefined) => string {
  const { t, i18n } = useTranslation()
  return (kind) => {
    const key = `kinds.${kind}`
    return i18n.exists(key) ? t(key) : (kind ?? '')
  }
}
