// Builds what is stale: the server's TypeScript into dist/, the staff page into web/dist/.
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { root, say } from './env.mjs'
import { withLock } from './lock.mjs'
import { run } from './run.mjs'
import { filesUnder, fingerprint, isStale, writeStamp } from './stale.mjs'

const SERVER_FOLDERS = ['api', 'workers', 'shared', 'migrations', 'bench']
const CONFIG_FILES = ['package.json', 'package-lock.json', 'tsconfig.json']
const SERVER_STAMP = 'dist/.stamp'
const WEB_STAMP = 'web/dist/.stamp'
const CODE = /\.(ts|tsx|mts|mjs)$/
// Measurements and test data are not read by compiled code.
const NOT_ASSETS = /^(bench\/results|shared\/testing|shared\/launch)\//

const serverSources = () => [...SERVER_FOLDERS, ...CONFIG_FILES].flatMap((each) => filesUnder(each))

const webSources = () => [
  ...['web', ...CONFIG_FILES].flatMap((each) => filesUnder(each, (file) => !file.startsWith('web/e2e/'))),
  ...filesUnder('shared', (file) => /\.(ts|tsx|json)$/.test(file) && !/\.test\.tsx?$/.test(file)),
]

/** Builds the stale parts, one process at a time. `tolerant`: type errors are shown but do not stop (tests, dev). */
export async function buildStale({ web = true, tolerant = false } = {}) {
  await withLock(path.join(root, '.data', 'build.lock'), async () => {
    await buildServer(tolerant)
    if (web && existsSync(path.join(root, 'web/vite.config.ts'))) await buildWeb()
  })
}

async function buildServer(tolerant) {
  const current = fingerprint(serverSources())
  const withErrors = `${current} with type errors`
  if (!isStale(SERVER_STAMP, current) || (tolerant && !isStale(SERVER_STAMP, withErrors))) return
  say('compiling the server (tsc)')
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  const { code } = await run(process.execPath, [tsc, '-p', '.'], { mayFail: tolerant })
  removeOrphans()
  copyAssets()
  writeStamp(SERVER_STAMP, code === 0 ? current : withErrors)
  if (code !== 0) say('the server has type errors; going on with what was compiled')
}

/** Compiled files whose source is gone: an old migration among them would still run. */
function removeOrphans() {
  for (const file of filesOfDist()) {
    const source = file.slice('dist/'.length).replace(/\.js(\.map)?$/, '')
    const exists = ['.ts', '.tsx'].some((ending) => existsSync(path.join(root, source + ending)))
    if (!exists) rmSync(path.join(root, file))
  }
}

function filesOfDist() {
  return SERVER_FOLDERS.flatMap((folder) =>
    filesUnder(`dist/${folder}`, (file) => /\.js(\.map)?$/.test(file)),
  )
}

/** Data files lie beside the code that reads them, in dist/ too. */
function copyAssets() {
  const accept = (file) => !CODE.test(file) && !NOT_ASSETS.test(file)
  for (const file of SERVER_FOLDERS.flatMap((folder) => filesUnder(folder, accept))) {
    const to = path.join(root, 'dist', file)
    mkdirSync(path.dirname(to), { recursive: true })
    copyFileSync(path.join(root, file), to)
  }
}

async function buildWeb() {
  const current = fingerprint(webSources())
  if (!isStale(WEB_STAMP, current)) return
  say('building the staff page (vite)')
  const vite = path.join(root, 'node_modules/vite/bin/vite.js')
  await run(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'])
  writeStamp(WEB_STAMP, current)
}
