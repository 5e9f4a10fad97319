import { AppError } from '../errors/app-error.ts'
import { MAX_PASSWORD_BYTES } from './password.ts'
import { isStolen } from './stolen-passwords.ts'

/**
 * Shortest password. NIST asks for 8 beside a second factor and 15 alone; 12 with words and runs not counted is where
 * staff still choose sentences instead of writing passwords down.
 */
export const MIN_PASSWORD_CHARS = 12

/** What has to be left of a password when common words, years and runs are taken out. */
const MIN_OWN_CHARS = 5
const MIN_DIFFERENT_CHARS = 3
const MIN_WORD_CHARS = 3

/** Beginnings of the lists of stolen passwords, and words that anybody would try at a clinic. */
const COMMON_WORDS = [
  'password', 'passw0rd', 'passwort', 'katalaluan', 'qwertyuiop', 'qwerty', 'asdfghjkl', 'asdfgh', 'zxcvbnm',
  '1q2w3e4r5t', '1q2w3e4r', '1qaz2wsx', 'qazwsx', 'letmein', 'welcome', 'iloveyou', 'sunshine', 'princess',
  'football', 'baseball', 'superman', 'batman', 'dragon', 'monkey', 'shadow', 'master', 'trustno1', 'whatever',
  'starwars', 'freedom', 'computer', 'internet', 'secret', 'default', 'changeme', 'change', 'temporary', 'abc',
  'superadmin', 'administrator', 'admin', 'user', 'login', 'test', 'guest', 'root', 'clinic', 'klinik', 'doctor',
  'doktor', 'nurse', 'cashier', 'pharmacist', 'assistant', 'hospital', 'medical', 'patient', 'pesakit', 'health',
  'malaysia', 'merdeka', 'selamat', 'kuala', 'lumpur', 'ubat', 'farmasi',
] // biome-ignore format: a list of words reads better in rows

const YEAR = /(19|20)\d\d/g
const FILLER = /[^\p{L}\p{N}\p{Extended_Pictographic}]/gu
const RUN = /(0?12345?6?7?8?9?0?|098765?4?3?2?1?|9876?5?4?3?2?1?0?|321|(.)\2{2,})/g

const withoutWords = (password: string, context: readonly string[]): string => {
  let rest = password.toLowerCase()
  for (const word of [...context, ...COMMON_WORDS]) {
    if (word.length >= MIN_WORD_CHARS) rest = rest.replaceAll(word.toLowerCase(), '')
  }
  return rest
}

/** Whether next to nothing is left of a password without well-known words, years and runs. */
export function isGuessable(password: string, context: readonly string[]): boolean {
  if (new Set(password).size < MIN_DIFFERENT_CHARS) return true
  const rest = withoutWords(password, context)
  const own = rest.replace(YEAR, '').replace(RUN, '').replace(FILLER, '')
  return own.length < (rest.length < password.length ? MIN_OWN_CHARS : MIN_DIFFERENT_CHARS)
}

/**
 * Refuses a new password that is too short, too long or easy to guess; any characters are welcome and none are
 * demanded. `context`: words around the person, user name, own name, clinic. Throws `auth/weak-password`.
 */
export function checkNewPassword(password: string, context: readonly string[]): void {
  if ([...password].length < MIN_PASSWORD_CHARS) {
    throw new AppError('auth/weak-password', { detail: `Use at least ${MIN_PASSWORD_CHARS} characters.` })
  }
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) {
    throw new AppError('auth/weak-password', { detail: `Use at most ${MAX_PASSWORD_BYTES} bytes.` })
  }
  if (isGuessable(password, context)) {
    throw new AppError('auth/weak-password', {
      detail: 'It consists of words and runs that are tried first. Add words of your own.',
    })
  }
  if (isStolen(password)) {
    throw new AppError('auth/weak-password', {
      detail: 'It is on the lists of stolen passwords, which are tried first. Choose another one.',
    })
  }
}
