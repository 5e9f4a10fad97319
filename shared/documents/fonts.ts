import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { create, type Font } from 'fontkit'

/** Weights that print-outs use. Chinese has one for both: a second would be eight more megabytes. */
export type Weight = 'regular' | 'bold'

/** A font by its name in {@link FILES}. */
export type FontName = keyof typeof FILES

const here = createRequire(import.meta.url)
const packageFile = (file: string) => () => here.resolve(file)

const FILES = {
  latin: packageFile('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  latinBold: packageFile('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
  tamil: packageFile('@fontsource/noto-sans-tamil/files/noto-sans-tamil-tamil-400-normal.woff'),
  tamilBold: packageFile('@fontsource/noto-sans-tamil/files/noto-sans-tamil-tamil-700-normal.woff'),
  // the package exports its code only; its fonts lie beside that
  chinese: () => join(dirname(here.resolve('@embedpdf/fonts-sc')), '..', 'fonts', 'NotoSansHans-Regular.otf'),
} as const satisfies Record<string, () => string>

/** In which order fonts are asked for a character. */
const CHAIN: Readonly<Record<Weight, readonly FontName[]>> = {
  regular: ['latin', 'tamil', 'chinese'],
  bold: ['latinBold', 'tamilBold', 'chinese'],
}

const read = new Map<FontName, Font>()

/**
 * A font, read when it is first needed and kept: 1 ms for Latin, 10 ms and 14 MB for Chinese (20,902 characters,
 * traditional and simplified). Handed to every document, because reading one anew for each costs more than the page.
 */
export function fontOf(name: FontName): Font {
  const known = read.get(name)
  if (known !== undefined) return known
  const font = create(readFileSync(FILES[name]())) as Font
  read.set(name, font)
  return font
}

/** A stretch of text that one font draws. */
export interface Run {
  font: FontName
  text: string
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** What a reader sees as characters, so that no accent or vowel sign is parted from its letter. */
export const charactersOf = (text: string): string[] =>
  Array.from(graphemes.segment(text), ({ segment }) => segment)

const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]+/gu
// marks of direction, joiners and variants: fonts here draw boxes for them
const INVISIBLE = /[\p{Cf}\p{Variation_Selector}]/gu
/** Stands for a character that no font has. */
const MISSING = '□'

/** Text as it can be printed: composed, one line, nothing invisible. */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, ' ').replace(INVISIBLE, '').normalize('NFC')

function fontFor(character: string, chain: readonly FontName[]): FontName | undefined {
  const points = Array.from(character, (each) => each.codePointAt(0) as number)
  return chain.find((name) => points.every((point) => fontOf(name).hasGlyphForCodePoint(point)))
}

const SIMPLE = /^[\u0020-\u024f]*$/
const ARABIC = /\p{Script=Arabic}/u
const NEUTRAL = /^[\s.,'-]$/

/** Words of a Jawi stretch in the order in which they are drawn, left to right; letters are turned by the font. */
function drawn({ font, text, rtl }: Run & { rtl: boolean }): Run {
  if (!rtl) return { font, text }
  const words = text.replace(/[\s.,'-]+$/, '')
  return { font, text: `${words.split(' ').reverse().join(' ')}${text.slice(words.length)}` }
}

/** Parts printable text into runs, each in the first font that has its characters; what none has becomes a box. */
export function runsOf(text: string, weight: Weight): Run[] {
  const chain = CHAIN[weight]
  const [latin] = chain as [FontName]
  if (SIMPLE.test(text)) return text === '' ? [] : [{ font: latin, text }]
  const runs: (Run & { rtl: boolean })[] = []
  for (const character of charactersOf(text)) {
    const last = runs.at(-1)
    const goesOn =
      last !== undefined && NEUTRAL.test(character) && fontFor(character, [last.font]) !== undefined
    const font = goesOn ? last.font : fontFor(character, chain)
    const rtl = goesOn ? last.rtl : ARABIC.test(character)
    const part = font === undefined ? MISSING : character
    if (last !== undefined && last.font === (font ?? latin) && last.rtl === rtl) last.text += part
    else runs.push({ font: font ?? latin, text: part, rtl })
  }
  return runs.map(drawn)
}
