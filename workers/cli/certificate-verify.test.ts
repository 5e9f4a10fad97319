import { spawnSync } from 'node:child_process'
import { createPublicKey, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Claims,
  decodeCertificate,
  encodeCertificate,
  type SigningKey,
  signingKeyOf,
} from '../../shared/certificates/code.ts'
import { command } from './certificate-verify.ts'

const CLAIMS: Claims = {
  number: 'MC-000123',
  from: '2026-11-28',
  to: '2026-11-29',
  issuedOn: '2026-11-28',
  doctorMmc: '45821',
  patient: 'N*** 陳***',
}
const present = signingKeyOf(randomBytes(32))
const former = signingKeyOf(randomBytes(32))
const stranger = signingKeyOf(randomBytes(32))
const dir = mkdtempSync(join(tmpdir(), 'certificates-'))
const file = join(dir, 'keys.json')
const pem = (key: SigningKey) =>
  createPublicKey(key.secret).export({ type: 'spki', format: 'pem' }).toString()
writeFileSync(
  file,
  JSON.stringify({ data: [present, former].map((key) => ({ id: key.id, publicKey: pem(key) })) }),
)

let out = ''
beforeEach(() => {
  out = ''
  for (const method of ['log', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((text) => {
      out += `${text}\n`
    })
})
afterEach(() => vi.restoreAllMocks())

describe('certificate verify', () => {
  it('proves codes of the present and of former keys, also as an address', async () => {
    for (const key of [present, former]) {
      const code = encodeCertificate(CLAIMS, key)
      for (const given of [code, `https://klinik.example/verify/${code}`]) {
        expect(await command.run([given, '--keys', file])).toBe(0)
        expect(out).toContain(`genuine, signed with key ${key.id}`)
        expect(out).toContain('MC-000123: N*** 陳***, 2026-11-28 to 2026-11-29')
      }
    }
  })

  it('refuses what another key signed, and what was changed', async () => {
    const code = encodeCertificate(CLAIMS, present)
    const swapped = [code.split('~')[0], stranger.id, ...code.split('~').slice(2)].join('~')
    for (const each of [encodeCertificate(CLAIMS, stranger), swapped, code.replace('~W', '~X'), 'x', ''])
      expect(await command.run([each, '--keys', file]), each).toBe(1)
    await expect(command.run([code, '--keys', join(dir, 'none')])).rejects.toThrow('no file')
  })
})

describe('a code', () => {
  it('is the same every time, and fits a QR code', () => {
    expect(encodeCertificate(CLAIMS, present)).toBe(encodeCertificate(CLAIMS, present))
    expect(encodeCertificate(CLAIMS, present).length).toBeLessThan(260)
    expect(decodeCertificate(encodeCertificate(CLAIMS, present), [present])).toEqual({
      ...CLAIMS,
      keyId: present.id,
    })
  })

  it('is proved by the few lines that the documentation gives to others', () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/certificates.md', import.meta.url)), 'utf8')
    const script = join(dir, 'verify.mjs')
    writeFileSync(script, (/```js\n([\s\S]+?)```/.exec(page) as RegExpExecArray)[1] as string)
    const run = (code: string) =>
      spawnSync(process.execPath, [script, file, `https://klinik.example/verify/${code}`], {
        encoding: 'utf8',
      })
    const good = run(encodeCertificate(CLAIMS, former))
    expect([good.status, good.stdout]).toEqual([0, expect.stringContaining('"MC-000123"')])
    const changed = encodeCertificate(CLAIMS, former).replace(/~W\w/, '~Wz')
    expect(run(changed).status).toBe(1)
  })
})
