import { type Language, textsIn } from '../../shared/documents/words.ts'

const WORDS = {
  ready: { en: '{title} is ready', ms: '{title} sudah sedia' },
  hello: {
    en: 'The report "{title}" of {clinic} has been made.',
    ms: 'Laporan "{title}" {clinic} telah disediakan.',
  },
  attached: { en: 'It is attached to this mail.', ms: 'Ia dilampirkan bersama e-mel ini.' },
  shelf: {
    en: 'It lies on the shelf of files, for those who may have it: {link}',
    ms: 'Ia ada di rak fail, untuk mereka yang berhak: {link}',
  },
  why: {
    en: 'You get this mail because your address stands with this scheduled report. Answers are not read.',
    ms: 'Anda menerima e-mel ini kerana alamat anda disenaraikan pada laporan berjadual ini. Balasan tidak dibaca.',
  },
} as const

/** What a letter tells of. */
export interface Told {
  title: string
  clinic: string
  /** Address of the page with the files. */
  link: string
  isAttached: boolean
}

/** Subject and text of the letter about a report. */
export function letterOf(language: Language, { title, clinic, link, isAttached }: Told) {
  const text = textsIn(WORDS, language)
  const lines = [
    text('hello', { title, clinic }),
    '',
    ...(isAttached ? [text('attached')] : []),
    text('shelf', { link }),
    '',
    text('why'),
    '',
  ]
  return { subject: text('ready', { title }), text: lines.join('\n') }
}
