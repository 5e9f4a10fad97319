import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { AppError } from '../../shared/errors/app-error.ts'

const ALGORITHM = 'aes-256-gcm'
const MAGIC = Buffer.from('CLINBK1\n')
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const KEY_ID_CHARS = 16
const HEADER_BYTES = MAGIC.length + KEY_ID_CHARS + IV_BYTES + KEY_BYTES + TAG_BYTES
/** Plain bytes of one frame: small enough to hold, large enough that its 20 bytes of frame do not count. */
const FRAME_BYTES = 256 * 1024
const LAST = 0x8000_0000

/** Name of a backup key: the beginning of its hash, which says nothing of the key. */
export const backupKeyId = (key: Buffer): string => hash('sha256', key, 'hex').slice(0, KEY_ID_CHARS)

const damaged = (detail: string) => new AppError('backup/damaged', { detail })

/** The key of this name among those given. Throws `backup/wrong-key`. */
export function keyNamed(keys: readonly Buffer[], id: string): Buffer {
  const key = keys.find((each) => backupKeyId(each) === id)
  if (key === undefined)
    throw new AppError('backup/wrong-key', {
      detail: `The backup is under the key ${id}, which is not here.`,
    })
  return key
}

/** Counter of the frame: each file has a random key of its own, so a number never comes twice under one key. */
function nonceOf(frame: number): Buffer {
  const nonce = Buffer.alloc(IV_BYTES)
  nonce.writeUInt32BE(frame, IV_BYTES - 4)
  return nonce
}

function header(backupKey: Buffer, fileKey: Buffer, context: string): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, backupKey, iv).setAAD(Buffer.from(context))
  const wrapped = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()])
  return Buffer.concat([MAGIC, Buffer.from(backupKeyId(backupKey)), iv, wrapped])
}

/**
 * Encrypts a stream: a random key of the file's own, wrapped by the backup key in the header, then numbered frames of
 * AES-256-GCM. The last frame says that it is the last, so a file cut off anywhere is found. `context` (which file of
 * which backup) is bound to it, so that files cannot be exchanged.
 */
export function sealing(backupKey: Buffer, context: string): Transform {
  const fileKey = randomBytes(KEY_BYTES)
  let pending: Buffer[] = []
  let held = 0
  let frame = 0
  const seal = (plain: Buffer, isLast: boolean): Buffer => {
    const head = Buffer.alloc(4)
    head.writeUInt32BE((plain.length | (isLast ? LAST : 0)) >>> 0)
    const cipher = createCipheriv(ALGORITHM, fileKey, nonceOf(frame++)).setAAD(head)
    return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
  return new Transform({
    construct(done) {
      this.push(header(backupKey, fileKey, context))
      done()
    },
    transform(chunk: Buffer, _encoding, done) {
      pending.push(chunk)
      held += chunk.length
      if (held > FRAME_BYTES) {
        let all = Buffer.concat(pending)
        while (all.length > FRAME_BYTES) {
          this.push(seal(all.subarray(0, FRAME_BYTES), false))
          all = all.subarray(FRAME_BYTES)
        }
        pending = [all]
        held = all.length
      }
      done()
    },
    flush(done) {
      done(null, seal(Buffer.concat(pending), true))
    },
  })
}

function fileKeyOf(keys: readonly Buffer[], head: Buffer, context: string): Buffer {
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw damaged('A file of it is no file of a backup.')
  let at = MAGIC.length
  const next = (bytes: number) => {
    at += bytes
    return head.subarray(at - bytes, at)
  }
  const key = keyNamed(keys, next(KEY_ID_CHARS).toString('latin1'))
  const decipher = createDecipheriv(ALGORITHM, key, next(IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context))
  const wrapped = next(KEY_BYTES)
  decipher.setAuthTag(next(TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(wrapped), decipher.final()])
  } catch {
    throw damaged('The key of a file of it was changed.')
  }
}

/**
 * Decrypts what {@link sealing} made. Fails with `backup/damaged` on any bit that was changed, moved, left out or cut
 * off, with `backup/wrong-key` when none of the keys is the one.
 */
export function unsealing(keys: readonly Buffer[], context: string): Transform {
  let fileKey: Buffer | null = null
  let all: Buffer = Buffer.alloc(0)
  let frame = 0
  let isOver = false
  const open = (head: Buffer, text: Buffer, tag: Buffer): Buffer => {
    const decipher = createDecipheriv(ALGORITHM, fileKey as Buffer, nonceOf(frame++), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(head).setAuthTag(tag)
    try {
      return Buffer.concat([decipher.update(text), decipher.final()])
    } catch {
      throw damaged('A file of it was changed.')
    }
  }
  const take = (stream: Transform) => {
    if (fileKey === null) {
      if (all.length < HEADER_BYTES) return
      fileKey = fileKeyOf(keys, all.subarray(0, HEADER_BYTES), context)
      all = all.subarray(HEADER_BYTES)
    }
    while (all.length >= 4) {
      if (isOver) throw damaged('A file of it goes on behind its end.')
      const word = all.readUInt32BE(0)
      const length = word & ~LAST
      if (length > FRAME_BYTES) throw damaged('A file of it was changed.')
      const end = 4 + length + TAG_BYTES
      if (all.length < end) return
      stream.push(open(all.subarray(0, 4), all.subarray(4, 4 + length), all.subarray(4 + length, end)))
      isOver = word >= LAST
      all = all.subarray(end)
    }
  }
  const guarded = (stream: Transform, done: TransformCallback, work: () => void) => {
    try {
      work()
      done()
    } catch (error) {
      stream.destroy(error as Error)
    }
  }
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      guarded(this, done, () => {
        all = all.length === 0 ? chunk : Buffer.concat([all, chunk])
        take(this)
      })
    },
    flush(done) {
      guarded(this, done, () => {
        if (!isOver || all.length > 0) throw damaged('A file of it was cut off.')
      })
    },
  })
}
