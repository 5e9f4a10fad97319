import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
const KEY_ID_CHARS = 8

/** Name of a key, safe to store beside what it encrypted: the beginning of its hash. */
const keyIdOf = (key: Buffer): string => hash('sha256', key, 'hex').slice(0, KEY_ID_CHARS)

/**
 * Encrypts a secret for the database: AES-256-GCM under the first of the keys, as `<key id>.<iv>.<text and tag>`.
 * `context` (whose secret it is) is bound to it, so that a value copied into another row cannot be read there.
 */
export function lockSecret(keys: readonly Buffer[], text: string, context: string): string {
  const key = keys[0] as Buffer
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(context))
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return [keyIdOf(key), iv.toString('base64url'), bytes.toString('base64url')].join('.')
}

/** Decrypts what {@link lockSecret} made, by whichever of the keys it names. Throws when none fits or it was changed. */
export function unlockSecret(keys: readonly Buffer[], stored: string, context: string): string {
  const [keyId, iv = '', text = ''] = stored.split('.')
  const key = keys.find((each) => keyIdOf(each) === keyId)
  if (key === undefined) throw new Error('The key of a stored secret is not among those given')
  const bytes = Buffer.from(text, 'base64url')
  const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(iv, 'base64url'), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
}

/** Whether a stored secret is still under an older key than the first. */
export const isOldKey = (keys: readonly Buffer[], stored: string): boolean =>
  !stored.startsWith(`${keyIdOf(keys[0] as Buffer)}.`)
