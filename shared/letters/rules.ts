/** Kinds of letters. */
export const LETTER_KINDS = ['referral', 'time_slip'] as const
/** One of {@link LETTER_KINDS}. */
export type LetterKind = (typeof LETTER_KINDS)[number]

/** Languages of letters. */
export const LETTER_LANGUAGES = ['en', 'ms'] as const
/** One of {@link LETTER_LANGUAGES}. */
export type LetterLanguage = (typeof LETTER_LANGUAGES)[number]

/** What a template may have in braces; each is filled from the consultation or from what the doctor typed. */
export const PLACEHOLDERS = [
  'patient',
  'idNumber',
  'clinicNumber',
  'dateOfBirth',
  'doctor',
  'mmc',
  'clinic',
  'date',
  'recipient',
  'details',
  'from',
  'to',
] as const
/** One of {@link PLACEHOLDERS}. */
export type Placeholder = (typeof PLACEHOLDERS)[number]

const IN_BRACES = /\{([^{}\n]*)\}/g

/** Names in braces that are no placeholder, or braces that do not close. */
export function faultsOfTemplate(template: string): string[] {
  const names = Array.from(template.matchAll(IN_BRACES), ([, name]) => name ?? '')
  const unknown = names.filter((name) => !(PLACEHOLDERS as readonly string[]).includes(name))
  return /[{}]/.test(template.replace(IN_BRACES, '')) ? [...unknown, '{'] : unknown
}

/** The text of a letter. Values are put in as they are: braces in them mean nothing. */
export const fillTemplate = (template: string, values: Readonly<Record<Placeholder, string>>): string =>
  template.replace(IN_BRACES, (whole, name: string) => values[name as Placeholder] ?? whole)

/** The templates that a clinic begins with; its settings replace them. */
export const FIRST_TEMPLATES: Readonly<Record<LetterKind, Readonly<Record<LetterLanguage, string>>>> = {
  referral: {
    en: 'Dear colleague,\n\nThank you for seeing {patient} (identity no. {idNumber}, born {dateOfBirth}, our no. {clinicNumber}), whom I saw on {date}.\n\n{details}\n\nKindly assess and manage further.',
    ms: 'Tuan/Puan,\n\nTerima kasih kerana menerima {patient} (no. pengenalan {idNumber}, lahir {dateOfBirth}, no. kami {clinicNumber}), yang saya periksa pada {date}.\n\n{details}\n\nMohon pemeriksaan dan rawatan lanjut.',
  },
  time_slip: {
    en: 'This is to certify that {patient} (identity no. {idNumber}) was at {clinic} on {date} from {from} to {to}.\n\n{details}',
    ms: 'Adalah disahkan bahawa {patient} (no. pengenalan {idNumber}) berada di {clinic} pada {date} dari {from} hingga {to}.\n\n{details}',
  },
}

/** The setting that holds the template of a kind in a language. */
export const templateSetting = <Kind extends LetterKind, Language extends LetterLanguage>(
  kind: Kind,
  language: Language,
) => `letters.${kind}.${language}` as const
