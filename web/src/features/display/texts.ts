import type { Spoken } from './types.ts'

/** What a screen says to everybody at once, in each language of the country. */
const TEXTS: Record<Spoken, { nowServing: string; room: string; next: string; welcome: string }> = {
  ms: { nowServing: 'Sedang dipanggil', room: 'Bilik', next: 'Seterusnya', welcome: 'Selamat datang' },
  en: { nowServing: 'Now serving', room: 'Room', next: 'Next', welcome: 'Welcome' },
  zh: { nowServing: '现在服务', room: '诊室', next: '下一位', welcome: '欢迎' },
  ta: { nowServing: 'இப்போது', room: 'அறை', next: 'அடுத்து', welcome: 'வரவேற்கிறோம்' },
}

/** One text in the languages of the clinic, side by side. */
export const inAll = (languages: readonly Spoken[], text: keyof (typeof TEXTS)['en']): string =>
  [...new Set(languages.map((language) => TEXTS[language][text]))].join(' · ')
