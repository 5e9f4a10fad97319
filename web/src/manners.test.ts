import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const sources = ['src', 'index.html', 'public'].flatMap((part) =>
  part.includes('.')
    ? [part]
    : readdirSync(join(ROOT, part), { recursive: true, encoding: 'utf8' }).map((name) => join(part, name)),
)
const texts = sources
  .filter((path) => /\.(?:tsx?|css|html|svg)$/.test(path) && !/\.test\.tsx?$|testing\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

const where = (pattern: RegExp): string[] =>
  texts.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

describe('no source of the page', () => {
  it('asks again and again: only public screens without a stream do', () => {
    expect(where(/refetchInterval/).sort()).toEqual([
      'src/features/display/use-screen.ts',
      'src/features/track/pages/TrackPage.tsx',
    ])
    // minutes go on, and a page left alone locks itself: neither asks anybody
    expect(where(/setInterval\(/).sort()).toEqual(['src/lib/use-idle.ts', 'src/lib/use-now.ts'])
  })

  it('writes into the store that outlives a person but what belongs to the machine', () => {
    expect(where(/localStorage\b/).sort()).toEqual([
      'src/app/single-keys.ts',
      'src/features/billing/use-paper.ts',
      'src/features/display/screen-settings.ts',
      'src/features/queue/use-room.ts',
      'src/lib/i18n.ts',
      'src/lib/keep.ts',
      'src/lib/machine.ts',
    ])
    expect(where(/indexedDB|document\.cookie/)).toEqual([])
  })

  it('takes a font, script or picture from elsewhere', () => {
    const foreign = texts.flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /(?:src|href)=["'{`]+https?:|url\(["']?(?:https?:)?\/\/|@import|import\(["'`]https?:/g,
        ),
      ].map((hit) => `${path}: ${hit[0]}`),
    )
    expect(foreign).toEqual([])
  })

  it('has a way to the server but the one fetch layer', () => {
    // the display's player fetches its own sound fragments
    expect(where(/(?<!\.)\bfetch\(/).sort()).toEqual(['src/features/display/player.ts', 'src/lib/http.ts'])
    expect(where(/XMLHttpRequest|sendBeacon/).sort()).toEqual(['src/lib/upload.ts'])
    expect(where(/new EventSource\(/).sort()).toEqual(['src/lib/event-source.ts'])
  })
})
