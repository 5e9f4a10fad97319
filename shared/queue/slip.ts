import { hash, randomBytes } from 'node:crypto'

const TOKEN_BYTES = 16

/** A new token for a slip: 128 random bits, 22 characters, and the only form in which it is kept. */
export function newSlipToken(): { token: string; hash: string } {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  return { token, hash: hashSlip(token) }
}

/** Hash of a token; whoever reads the table cannot follow anybody's place. */
export const hashSlip = (token: string): string => hash('sha256', token, 'base64url')
