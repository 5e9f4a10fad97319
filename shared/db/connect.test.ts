import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, expect, it } from 'vitest'
import { connectDatabase, type Knex } from './connect.ts'

const CLIENT_LOCAL_FILES = 0x80
const CLIENT_MULTI_STATEMENTS = 0x10000
const HEADER_BYTES = 4
const COM_QUERY = 0x03
const WANTED_FILE = '/etc/passwd'
/** Everything a server can offer but compression and TLS. */
const OFFERED = 0x00ff_ffff & ~0x20 & ~0x800

let server: Server | undefined
let db: Knex | undefined
afterEach(async () => {
  await db?.destroy()
  server?.close()
})

const packet = (seq: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(HEADER_BYTES)
  head.writeUIntLE(body.length, 0, 3)
  head[3] = seq
  return Buffer.concat([head, body])
}
const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0])

function greeting(): Buffer {
  const low = Buffer.alloc(2)
  low.writeUInt16LE(OFFERED & 0xffff)
  const high = Buffer.alloc(2)
  high.writeUInt16LE(OFFERED >>> 16)
  return Buffer.concat([
    Buffer.from('\x0a5.5.5-10.11.0-MariaDB\0\x01\0\0\0abcdefgh\0', 'latin1'),
    low,
    Buffer.from([224, 2, 0]),
    high,
    Buffer.from([21]),
    Buffer.alloc(10),
    Buffer.from('ijklmnopqrst\0mysql_native_password\0', 'latin1'),
  ])
}

interface Heard {
  /** Capability bits that the client announced when it signed in. */
  capabilities: number
  /** What came in answer to the demand for a file. */
  file: Buffer
}

/** A server that lets everybody in and answers every statement but the session's set-up with a demand for a file. */
async function rogue(): Promise<{ url: string; heard: Heard }> {
  const heard: Heard = { capabilities: -1, file: Buffer.alloc(0) }
  const serve = (socket: Socket) => {
    let rest = Buffer.alloc(0)
    let state: 'sign-in' | 'statement' | 'file' = 'sign-in'
    const take = (seq: number, body: Buffer) => {
      if (state === 'sign-in') {
        heard.capabilities = body.readUInt32LE(0)
        state = 'statement'
        socket.write(packet(seq + 1, OK))
      } else if (state === 'file') {
        heard.file = Buffer.concat([heard.file, body])
        if (body.length > 0) return
        state = 'statement'
        socket.write(packet(seq + 1, OK))
      } else if (body[0] === COM_QUERY && !/^SET/.test(body.toString('utf8', 1))) {
        state = 'file'
        socket.write(packet(1, Buffer.from(`\xfb${WANTED_FILE}`, 'latin1')))
      } else socket.write(packet(1, OK))
    }
    socket.on('error', () => undefined)
    socket.on('data', (part) => {
      rest = Buffer.concat([rest, part])
      while (rest.length >= HEADER_BYTES && rest.length >= HEADER_BYTES + rest.readUIntLE(0, 3)) {
        const end = HEADER_BYTES + rest.readUIntLE(0, 3)
        const [seq, body] = [rest[3] as number, rest.subarray(HEADER_BYTES, end)]
        rest = rest.subarray(end)
        take(seq, body)
      }
    })
    socket.write(packet(0, greeting()))
  }
  const listening = createServer(serve)
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return { url: `mysql://u:p@127.0.0.1:${(listening.address() as AddressInfo).port}/clinic`, heard }
}

const connect = (url: string, localInfile?: boolean): Knex =>
  connectDatabase({
    url,
    poolMax: 1,
    connectTimeoutMs: 2000,
    idleTimeoutMs: 1000,
    statementTimeoutMs: 1000,
    ...(localInfile === undefined ? {} : { localInfile }),
  })

it('an ordinary pool announces neither local files nor several statements, and gives a rogue server no file', async () => {
  const { url, heard } = await rogue()
  db = connect(url)
  await expect(db.raw('select 1')).rejects.toThrow()
  expect(heard.capabilities & CLIENT_LOCAL_FILES).toBe(0)
  expect(heard.capabilities & CLIENT_MULTI_STATEMENTS).toBe(0)
  expect(heard.file).toEqual(Buffer.alloc(0))
})

it('the bulk pool announces local files, and sends its own stream whatever file a rogue server names', async () => {
  const { url, heard } = await rogue()
  db = connect(url, true)
  const sql = "load data local infile 'rows' into table t"
  await db.raw(sql).options({ infileStreamFactory: () => Readable.from([Buffer.from('our rows')]) })
  expect(heard.capabilities & CLIENT_LOCAL_FILES).toBe(CLIENT_LOCAL_FILES)
  expect(heard.capabilities & CLIENT_MULTI_STATEMENTS).toBe(0)
  expect(heard.file.toString()).toBe('our rows')
})

it('the bulk pool gives no file for a statement that brought no stream', async () => {
  const { url, heard } = await rogue()
  db = connect(url, true)
  await expect(db.raw('select 1')).rejects.toThrow()
  expect(heard.file).toEqual(Buffer.alloc(0))
})
