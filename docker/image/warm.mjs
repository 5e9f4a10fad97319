// Image step 3: loads every module of a process once, so that Node keeps their compiled code in NODE_COMPILE_CACHE and
// the first start of a container compiles nothing. Node keeps a cache per user: run it as the user of the container.
import { readdirSync } from 'node:fs'
import module from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const dist = path.resolve('dist')
// these start a process when they are loaded
const STARTERS = new Set(['api/main.js', 'workers/main.js', 'workers/cli/main.js'])
const PARTS = { api: ['api', 'shared'], worker: ['workers', 'shared', 'migrations'] }

const part = process.argv[2] ?? 'api'
const files = PARTS[part].flatMap((folder) =>
  readdirSync(path.join(dist, folder), { recursive: true })
    .map((file) => path.posix.join(folder, file))
    .filter((file) => file.endsWith('.js') && !STARTERS.has(file)),
)
let loaded = 0
for (const file of files) {
  await import(pathToFileURL(path.join(dist, file)).href).then(
    () => loaded++,
    (error) => console.warn(`not warmed: ${file} (${error.code ?? error.name})`),
  )
}
if (part === 'worker') await import('bullmq')
module.flushCompileCache?.()
console.log(`warmed ${loaded} of ${files.length} modules`)
process.exit(loaded === files.length ? 0 : 1)
