import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { diskPercent, memoryPercent } from './resources.ts'

const root = mkdtempSync(join(tmpdir(), 'clinic-cgroup-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function group(name: string, own: string, files: Record<string, string>): [string, string] {
  const folder = join(root, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  writeFileSync(join(folder, 'own'), own)
  return [folder, join(folder, 'own')]
}

const MIB = 1024 * 1024

describe('memoryPercent', () => {
  it('reads version 2 and leaves out page cache that can be given back', async () => {
    const files = {
      'app/memory.max': `${100 * MIB}\n`,
      'app/memory.current': `${95 * MIB}\n`,
      'app/memory.stat': `anon 1\ninactive_file ${45 * MIB}\n`,
    }
    expect(await memoryPercent(...group('v2', '0::/app\n', files))).toBe(50)
  })

  it('reads version 1 below the path of the process', async () => {
    const files = {
      'memory/app/memory.limit_in_bytes': `${200 * MIB}\n`,
      'memory/app/memory.usage_in_bytes': `${184 * MIB}\n`,
      'memory/app/memory.stat': 'total_inactive_file 0\n',
    }
    expect(await memoryPercent(...group('v1', '4:memory:/app\n0::/\n', files))).toBe(92)
  })

  it('looks at the machine when the group has no limit', async () => {
    const percent = await memoryPercent(
      ...group('none', '0::/\n', { 'memory.max': 'max\n', 'memory.current': '1\n' }),
    )
    expect(percent).toBeGreaterThan(0)
    expect(percent).toBeLessThan(100)
  })
})

describe('diskPercent', () => {
  it('is a share of the file system, and a missing folder is an error', async () => {
    const percent = await diskPercent(root)
    expect(percent).toBeGreaterThan(0)
    expect(percent).toBeLessThanOrEqual(100)
    await expect(diskPercent(join(root, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
