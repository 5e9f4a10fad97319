import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { rangeOf } from '../../shared/files/range.ts'
import type { Fetchable } from '../../shared/files/reads.ts'
import type { Call, Reply } from '../http/route.ts'

const RANGE_NOT_SATISFIABLE = 416
const CHUNK_BYTES = 256 * 1024

/**
 * A file as an answer: streamed from the disk in chunks that wait for the reader, whole or the part that `Range` asks
 * for (only of the same file, if `If-Range` names one). No database connection is held meanwhile.
 */
export function sendFile(call: Pick<Call, 'header' | 'req'>, file: Fetchable): Reply {
  const etag = `"${file.sha256}"`
  const condition = call.header('if-range')
  const asked = condition === undefined || condition === etag ? call.header('range') : undefined
  const range = rangeOf(asked, file.bytes)
  const headers: Record<string, string> = {
    'Content-Type': file.contentType,
    'Content-Disposition': `attachment; filename="${file.name}"`,
    'Accept-Ranges': 'bytes',
    ETag: etag,
  }
  if (range === 'none')
    return {
      status: RANGE_NOT_SATISFIABLE,
      stream: Readable.from([]),
      headers: { ...headers, 'Content-Length': '0', 'Content-Range': `bytes */${file.bytes}` },
    }
  const part = range === 'whole' ? { from: 0, to: file.bytes - 1 } : range
  headers['Content-Length'] = String(part.to - part.from + 1)
  if (range !== 'whole') headers['Content-Range'] = `bytes ${part.from}-${part.to}/${file.bytes}`
  const isHead = call.req.method === 'HEAD'
  const stream =
    isHead || part.to < part.from
      ? Readable.from([])
      : createReadStream(file.path, { start: part.from, end: part.to, highWaterMark: CHUNK_BYTES })
  return { status: range === 'whole' ? 200 : 206, stream, headers }
}
