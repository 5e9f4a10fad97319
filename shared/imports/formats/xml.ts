import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { SaxesParser } from 'saxes'
import { AppError } from '../../errors/app-error.ts'
import { XmlFault, type XmlHandlers, XmlScanner } from './xml-scanner.ts'
import { damaged } from './zip.ts'

/** What is told of a small part, element names without prefix. */
export interface PartHandlers {
  open(name: string, attributes: Record<string, string>): void
  text?(text: string): void
  close?(name: string): void
}

/** Thrown by a handler that has seen all it needs. */
export const ENOUGH = new Error('enough')

/**
 * Reads a large part of a workbook piece by piece; nothing is ever fetched. Throws `import/broken-file` naming the part,
 * or what a handler throws.
 */
export async function readXml(source: Readable, part: string, handlers: XmlHandlers): Promise<void> {
  const scanner = new XmlScanner(handlers)
  const decoder = new StringDecoder('utf8')
  try {
    for await (const bytes of source) scanner.write(decoder.write(bytes as Buffer))
    scanner.write(decoder.end())
    scanner.end()
  } catch (error) {
    if (error === ENOUGH) return
    if (error instanceof AppError) throw error
    throw damaged(
      error instanceof XmlFault
        ? `The part ${part} of the workbook ${error.message}.`
        : `The part ${part} of the workbook cannot be unpacked.`,
    )
  } finally {
    source.destroy()
  }
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Reads a small part, in memory, with a parser that takes nothing but proper XML. Throws as {@link readXml}. */
export function readXmlText(text: string, part: string, handlers: PartHandlers): void {
  const parser = new SaxesParser({ xmlns: false, position: false })
  parser.on('doctype', () => {
    throw damaged(`The part ${part} of the workbook has a document type, which workbooks never have.`)
  })
  parser.on('error', () => {
    throw damaged(`The part ${part} of the workbook is no proper XML.`)
  })
  parser.on('opentag', (tag) => handlers.open(local(tag.name), tag.attributes as Record<string, string>))
  parser.on('text', (piece) => handlers.text?.(piece))
  parser.on('closetag', (tag) => handlers.close?.(local(tag.name)))
  parser.write(text).close()
}
