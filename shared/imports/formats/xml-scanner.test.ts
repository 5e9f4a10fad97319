import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { type CellAttributes, XmlFault, XmlScanner } from './xml-scanner.ts'

type Told = (string | Record<string, string>)[]

/** Puts pieces of one text together: where they are cut is nobody's business. */
function collector() {
  const told: Told[] = []
  return {
    told,
    open: (name: string, { r = '', s = '', t = '' }: Partial<CellAttributes>) =>
      void told.push(['open', name, { r, s, t }]),
    close: (name: string) => void told.push(['close', name]),
    text(text: string) {
      const last = told.at(-1)
      if (last?.[0] === 'text') last[1] = `${last[1]}${text}`
      else if (text !== '') told.push(['text', text])
    },
  }
}

function scanned(xml: string, cuts: readonly number[] = []): Told[] {
  const events = collector()
  const scanner = new XmlScanner(events)
  let from = 0
  for (const cut of [...cuts].map((each) => each % (xml.length + 1)).sort((a, b) => a - b)) {
    scanner.write(xml.slice(from, cut))
    from = cut
  }
  scanner.write(xml.slice(from))
  scanner.end()
  return events.told
}

function asSaxesTells(xml: string): Told[] {
  const events = collector()
  const parser = new SaxesParser({ xmlns: false })
  let depth = 0
  // it tells the white space around the document as well
  const text = (piece: string) => depth > 0 && events.text(piece)
  parser.on('opentag', (tag) => {
    depth++
    events.open(tag.name, tag.attributes as Record<string, string>)
  })
  parser.on('text', text)
  parser.on('cdata', text)
  parser.on('closetag', (tag) => {
    depth--
    events.close(tag.name)
  })
  parser.write(xml).close()
  return events.told
}

const word = fc.stringMatching(/^[a-z]{1,4}$/)
const space = fc.constantFrom('', ' ', '\n', '  ')
const content = fc.array(
  fc.constantFrom(
    'a',
    ' ',
    '\n',
    'é',
    'சி',
    '😀',
    '>',
    '&amp;',
    '&lt;',
    '&#65;',
    '&#x1F600;',
    '&quot;',
    "'",
    '"',
    '/',
    '=',
  ),
  { maxLength: 12 },
)
const value = content.map((parts) => parts.join('').replaceAll('"', '&quot;').replaceAll('\n', ' '))
const attribute = fc.oneof(word, fc.constantFrom('r', 's', 't'))
const attributes = fc
  .uniqueArray(fc.tuple(attribute, value, space, space), { maxLength: 4, selector: ([name]) => name })
  .map((all) => all.map(([name, text, a, b]) => ` ${name}${a}=${b}"${text}"`).join(''))
const aside = fc.constantFrom('', '<!-- a > b -->', '<?x y > z ?>', '<![CDATA[ <a> & ]] ]]>')
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc
    .tuple(
      word,
      attributes,
      space,
      fc.array(
        fc.oneof(
          { maxDepth: 4 },
          content.map((all) => all.join('')),
          aside,
          tie('tree'),
        ),
        { maxLength: 4 },
      ),
    )
    .map(([name, given, end, inner]) =>
      inner.length === 0 ? `<${name}${given}${end}/>` : `<${name}${given}>${inner.join('')}</${name}${end}>`,
    ),
}))

describe('the scanner', () => {
  it('tells what a general parser tells, wherever the pieces are cut', () => {
    fc.assert(
      fc.property(tree, fc.array(fc.nat(), { maxLength: 8 }), (xml, cuts) => {
        const whole = `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`
        expect(scanned(whole, cuts)).toEqual(asSaxesTells(whole))
      }),
      { numRuns: 500 },
    )
  })

  it('never hangs nor throws anything of its own, whatever it gets', () => {
    const noise = fc.array(
      fc.constantFrom('<', '>', '/', '!', '?', '-', '[', ']', 'a', '=', '"', "'", '&', ';', ' ', 'CDATA'),
    )
    fc.assert(
      fc.property(noise, fc.array(fc.nat(), { maxLength: 4 }), (parts, cuts) => {
        try {
          scanned(parts.join(''), cuts)
        } catch (error) {
          expect(error).toBeInstanceOf(XmlFault)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('takes line ends as LF, and a byte order mark for nothing', () => {
    const xml = '\ufeff<a>1\r\n2\r3</a>'
    for (let cut = 0; cut <= xml.length; cut++) {
      const [, text] = scanned(xml, [cut])
      expect(text).toEqual(['text', '1\n2\n3'])
    }
  })

  it.each([
    ['an end that is missing', '<a><b></b>', /ends early/],
    ['elements that overlap', '<a><b></a></b>', /overlap/],
    ['an end too many', '<a></a></a>', /overlap/],
    ['two documents', '<a/><b/>', /two documents/],
    ['text around', '<a/>x', /around/],
    ['a document type', '<!DOCTYPE a><a/>', /document type/],
    ['an entity of its own', '<a>&b;</a>', /entity/],
    ['an entity in a value', '<a r="&c;"/>', /entity/],
    ['an impossible character', '<a>&#x110000;</a>', /entity/],
    ['an attribute without quotes', '<a b=c/>', /proper/],
    ['nothing', '', /early/],
    ['depth', '<a>'.repeat(500), /deep/],
    ['a tag without end', `<a ${'b'.repeat(2_000_000)}`, /without end/],
  ])('%s is a fault', (_, xml, message) => expect(() => scanned(xml)).toThrow(message))
})
