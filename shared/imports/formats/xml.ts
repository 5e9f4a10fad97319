import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { SaxesParser } from 'saxes'
import { AppError } from '../../errors/app-error.ts'
import { damaged } from './zip.ts'

/** What is told of a document, element names without prefix. */
export interface XmlHandlers {
  open(name: string, attributes: Record<string, string>): void
  text(text: string): void
  close(name: string): void
}

const local = (name: string): string => {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}

/** Thrown by a handler that has seen all it needs. */
export const ENOUGH = new Error('enough')

function parserOf(handlers: XmlHandlers, part: string): SaxesParser<{ xmlns: false; position: false }> {
  const parser = new SaxesParser({ xmlns: false, position: false })
  const refuse = () => {
    throw damaged(`The part ${part} of the workbook is no proper XML.`)
  }
  parser.on('doctype', () => {
    throw damaged(`The part ${part} of the workbook has a document type, which workbooks never have.`)
  })
  parser.on('error', refuse)
  parser.on('opentag', (tag) => handlers.open(local(tag.name), tag.attributes as Record<string, string>))
  parser.on('text', (text) => handlers.text(text))
  parser.on('cdata', (text) => handlers.text(text))
  parser.on('closetag', (tag) => handlers.close(local(tag.name)))
  return parser
}

/**
 * Reads a document piece by piece; entities other than XML's own five are refused, nothing is ever fetched. Throws
 * `import/broken-file` naming the part, or what a handler throws.
 */
export async function readXml(source: Readable, part: string, handlers: XmlHandlers): Promise<void> {
  const parser = parserOf(handlers, part)
  const decoder = new StringDecoder('utf8')
  try {
    for await (const bytes of source) parser.write(decoder.write(bytes as Buffer))
    parser.write(decoder.end()).close()
  } catch (error) {
    if (error === ENOUGH) return
    throw error instanceof AppError ? error : damaged(`The part ${part} of the workbook cannot be unpacked.`)
  } finally {
    source.destroy()
  }
}

/** {@link readXml} of a text in memory. */
export function readXmlText(text: string, part: string, handlers: XmlHandlers): void {
  parserOf(handlers, part).write(text).close()
}
