import type { Mapping } from '../schema.ts'
import { MAX_TEXTS_IN_MEMORY, STAGED_FREE_BYTES, STAGED_RATIO } from './limits.ts'
import { readSharedTexts, SharedTexts } from './shared-texts.ts'
import { sheetHandlers } from './sheet.ts'
import { SheetRows } from './sheet-rows.ts'
import type { RowSink } from './staged-writer.ts'
import { readWorkbook, type Workbook } from './workbook.ts'
import { ENOUGH, readXml } from './xml.ts'
import { type Archive, openArchive } from './zip.ts'

/** What a conversion must know besides the file. */
export interface TableRequest {
  kind: string
  /** The mapping that was given; the rest is found as an import finds it. */
  mapping: Mapping
  /** A folder for files of the conversion's own. */
  dir: string
}

/**
 * Turns the first sheet of a workbook into rows of a table, streaming: memory does not grow with the sheet nor with its
 * shared texts. `sinkOf` is told how many bytes the rows may have. A sink that is full ends it early; then only the
 * texts of its rows are read.
 */
export async function convertXlsx(
  path: string,
  request: TableRequest,
  sinkOf: (maxBytes: number) => RowSink,
  isPreview: boolean,
): Promise<void> {
  const archive = await openArchive(path)
  const texts = new SharedTexts(request.dir)
  try {
    const workbook = await readWorkbook(archive)
    if (workbook.texts !== null) {
      const most = isPreview
        ? await lastTextOf(archive, workbook, request, sinkOf(STAGED_FREE_BYTES))
        : Infinity
      await readSharedTexts(archive, workbook.texts, most, (text) => texts.add(text))
      texts.finish()
    }
    const sink = sinkOf(archive.unpackedBytes * STAGED_RATIO + STAGED_FREE_BYTES)
    await readRows(archive, workbook, request, sink, (index) => {
      // a preview has not read all texts: it ends before the row that needs another one
      if (isPreview && index >= texts.count) throw ENOUGH
      return texts.get(index)
    })
  } finally {
    texts.close()
    archive.close()
  }
}

/** The highest number of a shared text among the rows that the sink takes. */
async function lastTextOf(
  archive: Archive,
  workbook: Workbook,
  request: TableRequest,
  sink: RowSink,
): Promise<number> {
  let last = -1
  await readRows(archive, workbook, request, sink, (index) => {
    if (index > last) last = index
    return 'x'
  })
  return Math.min(last, MAX_TEXTS_IN_MEMORY * 2)
}

async function readRows(
  archive: Archive,
  { sheet, styles, is1904 }: Workbook,
  request: TableRequest,
  sink: RowSink,
  textOf: (index: number) => string | undefined,
): Promise<void> {
  const rows = new SheetRows(request.kind, request.mapping, sink)
  const handlers = sheetHandlers({
    styles,
    is1904,
    textOf,
    row(row) {
      rows.take(row)
      if (sink.isFull) throw ENOUGH
    },
  })
  await readXml(await archive.open(sheet), sheet, handlers)
  rows.finish()
}
