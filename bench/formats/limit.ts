import { StringDecoder } from 'node:string_decoder'
import { SaxesParser } from 'saxes'
import { openPromise } from 'yauzl'
import { readLines } from '../../shared/imports/formats/lines.ts'

const PARTS = /sharedStrings\.xml$|sheet1\.xml$/
const MAX_LINE_BYTES = 16 * 1024 * 1024

const none = () => undefined

/** Seconds that it takes merely to unpack a workbook and to tell its elements, with the parser that imports use. */
export async function parseXlsx(path: string): Promise<number> {
  const startedAt = performance.now()
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true })
  for await (const entry of zip.eachEntry()) {
    if (!PARTS.test(entry.fileName)) continue
    const parser = new SaxesParser({ xmlns: false, position: false })
    parser.on('opentag', none)
    parser.on('text', none)
    parser.on('closetag', none)
    const decoder = new StringDecoder('utf8')
    for await (const bytes of await zip.openReadStreamPromise(entry)) parser.write(decoder.write(bytes))
    parser.close()
  }
  zip.close()
  return (performance.now() - startedAt) / 1000
}

/** Seconds that it takes merely to read a file line by line and to parse each line as JSON. */
export async function parseNdjson(path: string): Promise<number> {
  const startedAt = performance.now()
  let members = 0
  for await (const { bytes } of readLines(path, MAX_LINE_BYTES)) {
    if (bytes !== null) members += Object.keys(JSON.parse(bytes.toString('utf8'))).length
  }
  if (members === 0) throw new Error('There was nothing to parse')
  return (performance.now() - startedAt) / 1000
}
