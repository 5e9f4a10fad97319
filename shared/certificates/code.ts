import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'

// RFC 8410: what stands before the 32 bytes of an Ed25519 key in PKCS #8
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const RAW_BYTES = 32
const KEY_ID_CHARS = 8
const SIGNATURE_BYTES = 64
const SCHEME = 'MC1'
const SEPARATOR = '~'
const CODE = /^MC1~([0-9a-f]{8})~([A-Za-z0-9_-]{1,300})~([A-Za-z0-9_-]{86})$/

/** What a code says, and nothing beyond that: no diagnosis, no whole name. */
export interface Claims {
  number: string
  from: string
  to: string
  issuedOn: string
  doctorMmc: string
  /** Masked name of the patient. */
  patient: string
}

/** The public half of a key, which proves what was signed. */
export interface PublicKey {
  id: string
  public: KeyObject
}

/** A key that signs. */
export interface SigningKey extends PublicKey {
  secret: KeyObject
}

const rawPublic = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' }).subarray(-RAW_BYTES)

/** Name of a public key: the first eight hexadecimal digits of the SHA-256 of its 32 bytes. */
export const keyIdOf = (key: KeyObject): string =>
  hash('sha256', rawPublic(key), 'hex').slice(0, KEY_ID_CHARS)

/** The Ed25519 key that 32 random bytes make. */
export function signingKeyOf(seed: Buffer): SigningKey {
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(secret)
  return { id: keyIdOf(publicKey), secret, public: publicKey }
}

/** A public key from its PEM text. */
export function publicKeyOf(pem: string): PublicKey {
  const key = createPublicKey(pem)
  return { id: keyIdOf(key), public: key }
}

const toArray = (claims: Claims): string[] => [
  claims.number,
  claims.from,
  claims.to,
  claims.issuedOn,
  claims.doctorMmc,
  claims.patient,
]

/**
 * The code of a certificate: `MC1~<key id>~<claims>~<signature>`. Claims are a JSON array of six texts in base64url,
 * the signature (Ed25519, base64url) is over everything before the last `~`. The same claims always give the same code.
 */
export function encodeCertificate(claims: Claims, key: SigningKey): string {
  const payload = Buffer.from(JSON.stringify(toArray(claims))).toString('base64url')
  const signed = [SCHEME, key.id, payload].join(SEPARATOR)
  const signature = sign(null, Buffer.from(signed), key.secret).toString('base64url')
  return `${signed}${SEPARATOR}${signature}`
}

function claimsOf(payload: string): Claims | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  } catch {
    return null
  }
  if (!Array.isArray(parsed) || parsed.length !== 6) return null
  if (!parsed.every((part) => typeof part === 'string')) return null
  const [number, from, to, issuedOn, doctorMmc, patient] = parsed as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  return { number, from, to, issuedOn, doctorMmc, patient }
}

/** What a code says when one of the keys signed it, else null. Needs neither database nor network. */
export function decodeCertificate(
  code: string,
  keys: readonly PublicKey[],
): (Claims & { keyId: string }) | null {
  const parts = CODE.exec(code)
  if (parts === null) return null
  const [, keyId = '', payload = '', signature = ''] = parts
  const key = keys.find(({ id }) => id === keyId)
  const bytes = Buffer.from(signature, 'base64url')
  if (key === undefined || bytes.length !== SIGNATURE_BYTES) return null
  // the last character of a signature has bits that say nothing: one code must not have several forms
  if (bytes.toString('base64url') !== signature) return null
  const signed = Buffer.from(code.slice(0, code.length - signature.length - SEPARATOR.length))
  if (!verify(null, signed, key.public, bytes)) return null
  const claims = claimsOf(payload)
  return claims === null ? null : { ...claims, keyId }
}
