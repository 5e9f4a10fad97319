import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseConfig, settings } from '../../shared/config/config.ts'
import { generatedDocs } from './generated-docs.ts'

const ROOT = new URL('../../', import.meta.url)

describe('the generated documents', () => {
  // `npx vitest run workers/cli/docs-generate.test.ts -u` brings them up to date, as docs:generate does
  it.each(Object.entries(generatedDocs()))(
    '%s is current (npm run cli -- docs:generate)',
    async (path, text) => {
      await expect(text).toMatchFileSnapshot(fileURLToPath(new URL(path, ROOT)))
    },
  )

  it('.env.example names every setting, and its defaults are those of the code', () => {
    const text = generatedDocs()['.env.example'] as string
    const pairs = [...text.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map((match) => [match[1], match[2]] as const)
    expect(pairs.map(([name]) => name)).toEqual(Object.keys(settings.shape))
    const needed = { DATABASE_URL: 'mysql://h/d', REDIS_URL: 'redis://h', CACHE_REDIS_URL: 'redis://h' }
    expect(parseConfig({ ...Object.fromEntries(pairs.filter(([, value]) => value)), ...needed })).toEqual(
      parseConfig(needed),
    )
  })
})
