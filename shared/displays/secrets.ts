import { hash, randomBytes, randomInt } from 'node:crypto'

/** Letters and digits that nobody takes for one another; 32 of them, five bits each. */
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const CODE_LETTERS = 10
const CODE_HALF = 5
const TOKEN_BYTES = 32

/** A new pairing code: 50 random bits, shown as `ABCDE-FGHJK`. */
export function newPairingCode(): string {
  const letters = Array.from({ length: CODE_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return `${letters.slice(0, CODE_HALF)}-${letters.slice(CODE_HALF)}`
}

/** Hash of a code however it was typed: small letters, spaces and the dash make no difference. */
export const hashCode = (typed: string): string =>
  hash('sha256', `pairing ${typed.toUpperCase().replace(/[\s-]/g, '')}`, 'base64url')

/** A new display token: 256 random bits, 43 characters. */
export const newDisplayToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url')

/** The only form in which a token is kept. */
export const hashToken = (token: string): string => hash('sha256', token, 'base64url')
