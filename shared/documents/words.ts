/** Languages of print-outs. */
export const LANGUAGES = ['en', 'ms'] as const
/** One of {@link LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number]

/** Texts of a kind of document, each in every language: one that lacks a language does not compile. */
export type Texts<Key extends string = string> = Readonly<Record<Key, Readonly<Record<Language, string>>>>

/** The texts of one language; `{name}` stands for a value of that name. */
export function textsIn<Key extends string>(table: Texts<Key>, language: Language) {
  return (key: Key, values: Readonly<Record<string, string>> = {}): string =>
    table[key][language].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
}

/** Texts of every document. */
export const COMMON = {
  phone: { en: 'Tel', ms: 'Tel' },
  registration: { en: 'Reg. no.', ms: 'No. pendaftaran' },
} as const satisfies Texts

const MONTHS: Readonly<Record<Language, readonly string[]>> = {
  en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  ms: ['Jan', 'Feb', 'Mac', 'Apr', 'Mei', 'Jun', 'Jul', 'Ogos', 'Sep', 'Okt', 'Nov', 'Dis'],
}

/** A clinic day `YYYY-MM-DD` as people read it: 28 Nov 2026. */
export function shownDay(day: string, language: Language): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return `${Number(date)} ${MONTHS[language][Number(month) - 1] ?? month} ${year}`
}

const CLINIC_OFFSET_MS = 8 * 3_600_000

/** An instant as people read it at the clinic: 28 Nov 2026, 14:05. */
export function shownInstant(at: Date, language: Language): string {
  const iso = new Date(at.getTime() + CLINIC_OFFSET_MS).toISOString()
  return `${shownDay(iso.slice(0, 10), language)}, ${iso.slice(11, 16)}`
}
