import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { testConfig } from '../testing/harness.ts'
import { readKey, readKeys } from './config.ts'
import { isOldKey, lockSecret, unlockSecret } from './secrets.ts'

const key = () => randomBytes(32)

describe('a secret at rest', () => {
  it('comes back under its key, and never twice as the same text', () => {
    const keys = [key()]
    const stored = lockSecret(keys, 'SEED', 'totp:1')
    expect(stored).not.toContain('SEED')
    expect(lockSecret(keys, 'SEED', 'totp:1')).not.toBe(stored)
    expect(unlockSecret(keys, stored, 'totp:1')).toBe('SEED')
  })

  it('cannot be read in another row, changed, or under another key', () => {
    const keys = [key()]
    const stored = lockSecret(keys, 'SEED', 'totp:1')
    expect(() => unlockSecret(keys, stored, 'totp:2')).toThrow()
    expect(() => unlockSecret([key()], stored, 'totp:1')).toThrow('not among')
    const bytes = Buffer.from(stored.split('.')[2] as string, 'base64url')
    bytes[0] = (bytes[0] as number) ^ 1
    const changed = [...stored.split('.').slice(0, 2), bytes.toString('base64url')].join('.')
    expect(() => unlockSecret(keys, changed, 'totp:1')).toThrow()
  })

  it('is still read after a new key was put in front', () => {
    const old = key()
    const stored = lockSecret([old], 'SEED', 'totp:1')
    const keys = [key(), old]
    expect(unlockSecret(keys, stored, 'totp:1')).toBe('SEED')
    expect(isOldKey(keys, stored)).toBe(true)
    expect(isOldKey(keys, lockSecret(keys, 'SEED', 'totp:1'))).toBe(false)
  })

  it('a key file holds one key a line, the present one first', () => {
    const dir = mkdtempSync(join(tmpdir(), 'keys-'))
    try {
      const [first, second] = [key(), key()]
      const file = join(dir, 'data-key')
      writeFileSync(file, `${first.toString('base64')}\n${second.toString('base64')}\n`)
      const config = testConfig({ DATA_KEY_FILE: file })
      expect(readKeys(config, 'DATA_KEY_FILE')).toEqual([first, second])
      expect(readKey(config, 'DATA_KEY_FILE')).toEqual(first)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
