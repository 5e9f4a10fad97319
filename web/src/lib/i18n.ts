import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { en } from '../locales/en.ts'

export const LANGUAGES = ['en', 'ms'] as const
export type Language = (typeof LANGUAGES)[number]

const STORE = 'clinic.language'

/** The language chosen here before, else the browser's, else English. */
export function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORE)
  if (stored === 'en' || stored === 'ms') return stored
  return navigator.languages?.some((tag) => tag.toLowerCase().startsWith('ms')) ? 'ms' : 'en'
}

/** Starts translation; English comes with the page, Malay is fetched when it is wanted. */
export async function startI18n(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en } },
    lng: 'en',
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  if (language !== 'en') await setLanguage(language)
  document.documentElement.lang = language
}

/** Changes the language of the page and remembers it on this machine. */
export async function setLanguage(language: Language): Promise<void> {
  if (language === 'ms' && !i18next.hasResourceBundle('ms', 'translation')) {
    const { ms } = await import('../locales/ms.ts')
    i18next.addResourceBundle('ms', 'translation', ms)
  }
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
  localStorage.setItem(STORE, language)
}
