import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { hash, type Options, verify } from '@node-rs/argon2'
import { AppError } from '../errors/app-error.ts'

/** What a hash costs today; raising a value re-hashes each password at its owner's next sign-in. */
export const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const satisfies Options

/** Longest password, bytes of UTF-8: nobody types more, and hashing has a price. */
export const MAX_PASSWORD_BYTES = 1024

const WAITING_MAX = 256
// one core is left for everybody who is not signing in
const AT_ONCE = Math.max(1, availableParallelism() - 1)
let running = 0
const waiting: (() => void)[] = []

/** Runs hashing work a few at a time; refuses with 503 when the line is too long. */
async function inLine<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING_MAX) throw new AppError('unavailable/busy', { retryAfterS: 2 })
    await new Promise<void>((go) => waiting.push(go))
  } else running += 1
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }
}

/** The same characters typed on another keyboard are the same password; nothing is trimmed or cut. */
const prepared = (password: string) => password.normalize('NFC')

/** Hash of a password, argon2id in PHC form. */
export const hashPassword = (password: string): Promise<string> =>
  inLine(() => hash(prepared(password), ARGON2))

let decoy: Promise<string> | undefined

/**
 * Whether a password belongs to a hash. Without a hash (no such user) the same time is spent on a decoy, so that the
 * answer does not tell which names exist.
 */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hash('decoy', ARGON2)
  const against = stored ?? (await decoy)
  const matches = await inLine(() => verify(against, prepared(password)).catch(() => false))
  return stored !== null && matches
}

/** Whether a hash was made with less than {@link ARGON2} asks for today. */
export function needsRehash(stored: string): boolean {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(stored)
  if (found === null) return true
  const [m, t, p] = found.slice(1).map(Number) as [number, number, number]
  return m < ARGON2.memoryCost || t < ARGON2.timeCost || p < ARGON2.parallelism
}

const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 4
const GROUP_CHARS = 5

/** A one-time password: 99 random bits in letters that cannot be mistaken for each other. */
export function oneTimePassword(): string {
  const group = () => Array.from({ length: GROUP_CHARS }, () => READABLE[randomInt(READABLE.length)]).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}
