import type { i18n as I18n, TFunction } from 'i18next'
import type { Setting } from './api.ts'

/** What a setting is about, in the reader's language where there are words for it. */
export function titleOf(setting: Setting, t: TFunction, i18n: I18n): string {
  const key = `settings.of.${setting.name.replaceAll('.', '_')}`
  return i18n.exists(key) ? t(key) : setting.title
}
