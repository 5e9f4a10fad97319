import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// npm run bench -- [name …]: one process for each bench, so that no figure carries another's memory
const here = dirname(fileURLToPath(import.meta.url))
const known = readdirSync(here).filter((name) => existsSync(join(here, name, 'main.js')))
const asked = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const options = process.argv.slice(2).filter((arg) => arg.startsWith('--'))
const strange = asked.filter((name) => !known.includes(name))
if (strange.length > 0) {
  console.error(`There is no bench ${strange.join(', ')}; there are ${known.join(', ')}.`)
  process.exit(2)
}
let failed = 0
for (const name of asked.length > 0 ? asked : known) {
  console.log(`\n== ${name}`)
  const { status } = spawnSync(process.execPath, [join(here, name, 'main.js'), ...options], {
    stdio: 'inherit',
  })
  if (status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
