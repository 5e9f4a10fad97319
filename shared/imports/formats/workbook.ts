import { posix } from 'node:path'
import { AppError } from '../../errors/app-error.ts'
import { type NumberStyle, numberStyle } from './cell-value.ts'
import { readXmlText } from './xml.ts'
import { type Archive, damaged } from './zip.ts'

/** What must be known of a workbook to read its first sheet. */
export interface Workbook {
  /** Its part in the archive. */
  sheet: string
  /** Part with the shared texts; null when there are none. */
  texts: string | null
  /** Number formats by the `s` of a cell. */
  styles: NumberStyle[]
  is1904: boolean
}

const WORKBOOK = 'xl/workbook.xml'
const isTrue = (value: string | undefined) => value === '1' || value === 'true'

interface Relation {
  id: string
  type: string
  target: string
  isExternal: boolean
}

/** Finds the first sheet that is shown, its texts and number formats. Throws `import/not-a-table` or `import/broken-file`. */
export async function readWorkbook(archive: Archive): Promise<Workbook> {
  const path = await mainPart(archive)
  const xml = await archive.text(path)
  if (xml === null) throw notAWorkbook(archive)
  const { sheets, is1904 } = sheetsOf(xml)
  const relations = await relationsOf(archive, path)
  const worksheets = sheets.flatMap(({ id, isHidden }) => {
    const relation = relations.find((each) => each.id === id)
    return relation?.type === 'worksheet' ? [{ ...relation, isHidden }] : []
  })
  const first = worksheets.find(({ isHidden }) => !isHidden) ?? worksheets[0]
  if (first === undefined) throw new AppError('import/empty-file', { detail: 'The workbook has no sheet.' })
  if (first.isExternal) throw damaged('The first sheet of the workbook lies in another file.')
  const partOf = (type: string) => relations.find((each) => each.type === type && !each.isExternal)?.target
  const texts = partOf('sharedStrings') ?? null
  const styles = await archive.text(partOf('styles') ?? 'xl/styles.xml')
  return {
    sheet: first.target,
    texts: texts !== null && archive.has(texts) ? texts : null,
    styles: styles === null ? [] : stylesOf(styles),
    is1904,
  }
}

async function mainPart(archive: Archive): Promise<string> {
  const relations = await relationsOf(archive, '')
  return relations.find(({ type }) => type === 'officeDocument')?.target ?? WORKBOOK
}

const partName = (names: readonly string[], start: string) => names.some((name) => name.startsWith(start))

function notAWorkbook(archive: Archive): AppError {
  const names = archive.names()
  const what = names.includes('mimetype')
    ? 'an OpenDocument file (.ods or .odt); save it as .xlsx or CSV'
    : partName(names, 'xl/workbook.bin')
      ? 'a binary workbook (.xlsb); save it as .xlsx'
      : partName(names, 'word/')
        ? 'a Word document'
        : partName(names, 'ppt/')
          ? 'a presentation'
          : 'a ZIP archive without a workbook in it'
  return new AppError('import/not-a-table', { detail: `The file is ${what}.` })
}

async function relationsOf(archive: Archive, part: string): Promise<Relation[]> {
  const folder = posix.dirname(part)
  const name = part === '' ? '_rels/.rels' : posix.join(folder, '_rels', `${posix.basename(part)}.rels`)
  const xml = await archive.text(name)
  if (xml === null) return []
  const found: Relation[] = []
  readXmlText(xml, name, {
    open(element, { Id, Type, Target, TargetMode }) {
      if (element !== 'Relationship' || Id === undefined || Target === undefined) return
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target)
      found.push({
        id: Id,
        type: (Type ?? '').split('/').at(-1) ?? '',
        target: posix.normalize(target),
        isExternal: TargetMode === 'External',
      })
    },
  })
  return found
}

function sheetsOf(xml: string) {
  const sheets: { id: string; isHidden: boolean }[] = []
  let is1904 = false
  readXmlText(xml, WORKBOOK, {
    open(element, attributes) {
      // extensions have an element of the same name
      if (element === 'workbookPr' && isTrue(attributes.date1904)) is1904 = true
      if (element !== 'sheet') return
      const id = Object.entries(attributes).find(([name]) => /(^|:)id$/.test(name))?.[1]
      if (id !== undefined) sheets.push({ id, isHidden: (attributes.state ?? 'visible') !== 'visible' })
    },
  })
  return { sheets, is1904 }
}

function stylesOf(xml: string): NumberStyle[] {
  const codes = new Map<number, string>()
  const styles: NumberStyle[] = []
  let isCell = false
  readXmlText(xml, 'xl/styles.xml', {
    open(element, attributes) {
      if (element === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '')
      else if (element === 'cellXfs') isCell = true
      else if (element === 'xf' && isCell) {
        const id = Number(attributes.numFmtId ?? 0)
        styles.push(numberStyle(id, codes.get(id)))
      }
    },
    close(element) {
      if (element === 'cellXfs') isCell = false
    },
  })
  return styles
}
