import { useTranslation } from 'react-i18next'

/** A field of a kind as people call it; unknown ones keep the name of the file format. */
export function useFieldName(): (name: string) => string {
  const { t, i18n } = useTranslation()
  return (name) => {
    const key = `fields.${name}`
    return i18n.exists(key) ? t(key) : name
  }
}

/** A reason code in words; one without words of ours is shown with the server's sentence, else as it is. */
export function useReasonText(): (code: string, message?: string) => string {
  const { t, i18n } = useTranslation()
  return (code, message) => {
    const key = `reasons.${code}`
    return i18n.exists(key) ? t(key) : (message ?? code)
  }
}
