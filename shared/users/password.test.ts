import { readFileSync } from 'node:fs'
import { hash } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { hashPassword, MAX_PASSWORD_BYTES, needsRehash, passwordMatches } from './password.ts'
import { checkNewPassword } from './password-rules.ts'

const WEAK = expect.objectContaining({ code: 'auth/weak-password' })

/** From the beginnings of the published lists of stolen passwords, as they are and made long enough. */
const STOLEN = [
  '123456', 'password', '12345678', 'qwerty', '123456789', '12345', '1234', '111111', '1234567', 'dragon', '123123', 'baseball', 'abc123',
  'football', 'monkey', 'letmein', '696969', 'shadow', 'master', '666666', 'qwertyuiop', '123321', '1234567890', '654321', 'superman', '1qaz2wsx',
  '7777777', '121212', '000000', 'qazwsx', '123qwe', 'killer', 'trustno1', 'jordan', 'jennifer', 'zxcvbnm', 'asdfgh', 'hunter', 'buster', 'soccer',
  'harley', 'batman', 'andrew', 'tigger', 'sunshine', 'iloveyou', 'charlie', 'robert', 'thomas', 'hockey', 'ranger', 'daniel', 'starwars', 'klaster',
  '112233', 'george', 'computer', 'michelle', 'jessica', 'pepper', '1111', 'zxcvbn', '555555', '11111111', '131313', 'freedom', '777777', 'pass',
  'maggie', '159753', 'aaaaaa', 'ginger', 'princess', 'joshua', 'cheese', 'amanda', 'summer', 'love', 'ashley', 'nicole', 'chelsea', 'biteme',
  'matthew', 'access', 'yankees', '987654321', 'dallas', 'austin', 'thunder', 'taylor', 'matrix', 'admin', 'welcome', 'passw0rd', 'changeme',
  'password1234', 'password12345', 'passwordpassword', 'qwertyuiop123', 'qwerty123456', '1q2w3e4r5t6y', '1qaz2wsx3edc', '123456789012', '111111111111',
  'aaaaaaaaaaaa', 'abcabcabcabc', 'adminadmin12', 'administrator', 'welcome12345', 'letmein12345', 'iloveyou1234', 'clinic2026!!', 'Klinik123456',
  'doctor123456', 'pesakit12345', 'malaysia2026', 'merdeka31081957', 'selamat12345', 'superadmin2026', 'superadmin1!', 'changeme1234',
] // biome-ignore format: a list of words reads better in rows

describe('a new password', () => {
  it('is none of the stolen ones, nor one with a year or a run behind it, nor the name of who chooses', () => {
    for (const word of STOLEN) expect(() => checkNewPassword(word, []), word).toThrow(WEAK)
    for (const word of ['siti.aminah1', 'SitiAminah2026', 'aminahaminah'])
      expect(() => checkNewPassword(word, ['siti.aminah', 'Siti', 'Aminah']), word).toThrow(WEAK)
  })

  it('is none of a published list, 400 of which are tried, whatever is put around it', () => {
    const listed = readFileSync('shared/testing/data/stolen-passwords/sample.txt', 'utf8')
      .trimEnd()
      .split('\n')
    expect(listed).toHaveLength(400)
    const around = (word: string) => [word, word.toUpperCase(), `${word}2026!`, `!!${word}`, word + word]
    const taken = listed.flatMap(around).filter((word) => {
      try {
        checkNewPassword(word, [])
        return true
      } catch (error) {
        expect(error).toEqual(WEAK)
        return false
      }
    })
    expect(taken).toEqual([])
  })

  it('may have any characters, and counts them whole', () => {
    for (const good of [
      'kucing saya makan ikan',
      '李小龙在厨房里做饭给大家吃',
      '🐈 jumps over 🌙 twice',
      `${'x7 '.repeat(42)}zz`,
      // a stolen word is a word like others among others
      'liverpool lost again, 3-1',
      'my dragon eats 40 durians',
    ])
      expect(() => checkNewPassword(good, []), good).not.toThrow()
    expect(() => checkNewPassword('x7 '.repeat(MAX_PASSWORD_BYTES), [])).toThrow(WEAK)
  })
})

describe('hashing', () => {
  it('takes a decoy for who is not there: as much work as for who is', async () => {
    const stored = await hashPassword('seven green umbrellas')
    const quickest = async (against: string | null) => {
      const times: number[] = []
      for (let n = 0; n < 8; n++) {
        const startedAt = performance.now()
        expect(await passwordMatches(against, 'wrong')).toBe(false)
        times.push(performance.now() - startedAt)
      }
      return Math.min(...times)
    }
    await passwordMatches(null, 'warm')
    const [known, unknown] = [await quickest(stored), await quickest(null)]
    // without the decoy it would be a hundredth
    expect(unknown).toBeGreaterThan(known / 4)
    expect(needsRehash(stored)).toBe(false)
  })

  it('has a line that ends: whoever comes behind it is told to come again', async () => {
    // a cheap one: the line is as long, and soon over
    const stored = await hash('seven green umbrellas', { memoryCost: 1024, timeCost: 1 })
    const asked = Array.from({ length: 300 }, () =>
      passwordMatches(stored, 'wrong').catch(({ code }) => code),
    )
    const answers = await Promise.all(asked)
    expect(answers.filter((each) => each === 'unavailable/busy').length).toBeGreaterThan(0)
    expect(answers.filter((each) => each === false).length).toBeGreaterThan(200)
  })

  it('tells passwords apart beyond the 72nd byte, and by white space at their ends', async () => {
    const long = 'x7 '.repeat(30)
    const stored = await hashPassword(`${long}a`)
    expect(await passwordMatches(stored, `${long}a`)).toBe(true)
    for (const other of [`${long}b`, long, `${long}a `])
      expect(await passwordMatches(stored, other)).toBe(false)
  })
})
