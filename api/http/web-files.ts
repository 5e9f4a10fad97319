import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context, Middleware, Next } from 'koa'
import serve from 'koa-static'

const YEAR_S = 31_536_000

/** The built staff page: beside the sources, or beside the compiled files in `dist/`. */
export function webRoot(): string {
  const places = ['../../web/dist/', '../../../web/dist/', '../../web/'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  )
  return (
    places.find((place) => existsSync(join(place, 'index.html')) && !isSource(place)) ?? (places[0] as string)
  )
}

const isSource = (place: string) => existsSync(join(place, 'vite.config.ts'))

/** Addresses of the page: no file name at the end, nothing hidden (so a probe for `.git/config` gets 404). */
const isPage = ({ method, path }: Context) =>
  (method === 'GET' || method === 'HEAD') && !/\.[a-z0-9]+$/i.test(path) && !path.includes('/.')

/** Static files of the staff page: hashed ones for a year, everything else asked again each time. */
export function webFiles(root: string): Middleware {
  return serve(root, {
    index: false,
    setHeaders: (res, path) => {
      const hashed = path.startsWith(join(root, 'assets'))
      res.setHeader('Cache-Control', hashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache')
    },
  })
}

/** The place in the page's document where the clinic's zone stands. */
const ZONE = /(<meta name="clinic-zone" content=")[^"]*/

/**
 * Answers every other address of the page with its one document, so that a reload works anywhere; `zone` is told to
 * the page in it, so that its very first time is the clinic's.
 */
export function pageFallback(root: string, zone: string): Middleware {
  const file = join(root, 'index.html')
  let kept: { at: number; bytes: Buffer } | undefined
  const page = async (): Promise<Buffer | undefined> => {
    const at = (await stat(file).catch(() => undefined))?.mtimeMs
    if (at === undefined) return undefined
    if (kept?.at !== at) {
      const text = await readFile(file, 'utf8')
      kept = { at, bytes: Buffer.from(text.replace(ZONE, (_, before: string) => before + zone)) }
    }
    return kept.bytes
  }
  return async (ctx: Context, next: Next) => {
    const bytes = isPage(ctx) ? await page() : undefined
    if (bytes === undefined) return next()
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-cache')
    ctx.body = bytes
  }
}
