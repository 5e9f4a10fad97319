// Runs what holds the promises of docs/promises.md and prints them as a table with the outcome.
//   node docker/tools/promises.mjs            everything: the tests named there, of `npm test` and of `npm run test:prod`
//   node docker/tools/promises.mjs --quick    without the production configuration
//   node docker/tools/promises.mjs --list     runs nothing: which tests hold which promise
// Ends with 0 when every test that was run passed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const TEST = /`((?:api|workers|shared|web|docker)\/[\w./*-]+\.test\.tsx?)`/g
const PROMISE_CHARS = 52
const STATE_CHARS = 10

/** `dir/*.test.ts` as the files it stands for: those of `npm test`, not those that another command runs. */
function expand(file) {
  if (!file.includes('*')) return [file]
  const dir = path.dirname(file)
  const pattern = new RegExp(`^${path.basename(file).replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
  return readdirSync(path.join(root, dir))
    .filter((name) => pattern.test(name) && !/\.(faults|prod|e2e)\.test\./.test(name))
    .map((name) => `${dir}/${name}`)
}

/** The promises with their state in one word and the tests that hold them; "the same" is the line above. */
export function promisesOf(page) {
  let before = []
  return page
    .split('\n')
    .filter((line) => /^\| (\d|T\d)/.test(line))
    .map((line) => {
      const [, number, promise, holds] = line.split('|').map((cell) => cell.trim())
      const named = [...holds.matchAll(TEST)].flatMap(([, file]) => expand(file))
      const tests = named.length === 0 && /the same/.test(holds) ? before : [...new Set(named)]
      before = tests
      return { number, promise, state: /^[a-z ]+?(?=[:; ,]|$)/.exec(holds)?.[0] ?? '', tests }
    })
}

/** Runs one of the test commands over some files; answers `passed` or `failed` for each. */
function outcomes(command, files) {
  const dir = mkdtempSync(path.join(tmpdir(), 'clinic-promises-'))
  const report = path.join(dir, 'junit.xml')
  const args = [command, '--reporter=junit', `--outputFile.junit=${report}`, ...files]
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  const xml = existsSync(report) ? readFileSync(report, 'utf8') : ''
  rmSync(dir, { recursive: true, force: true })
  const found = new Map(files.map((file) => [file, 'failed']))
  for (const [, name, attributes] of xml.matchAll(/<testsuite name="([^"]+)"([^>]*)>/g)) {
    const isGood = /failures="0"/.test(attributes) && /errors="0"/.test(attributes)
    if (found.has(name) && isGood) found.set(name, 'passed')
  }
  return found
}

function main(args) {
  const promises = promisesOf(readFileSync(path.join(root, 'docs/promises.md'), 'utf8'))
  const files = [...new Set(promises.flatMap(({ tests }) => tests))].sort()
  const [prod, usual] = [true, false].map((wanted) =>
    files.filter((file) => file.endsWith('.prod.test.ts') === wanted),
  )
  const ran = new Map()
  if (!args.includes('--list')) {
    const runs = [['shared/launch/test.mjs', usual]]
    if (!args.includes('--quick')) runs.push(['shared/launch/test-prod.mjs', prod])
    for (const [command, some] of runs) for (const each of outcomes(command, some)) ran.set(...each)
  }
  console.log(`\n#      ${'promise'.padEnd(PROMISE_CHARS)}  ${'state'.padEnd(STATE_CHARS)}  tests`)
  for (const { number, promise, state, tests } of promises) {
    const bad = tests.filter((file) => ran.get(file) === 'failed')
    const good = tests.filter((file) => ran.get(file) === 'passed').length
    const result =
      ran.size === 0 || tests.length === 0
        ? tests.join(' ') || '-'
        : bad.length > 0
          ? `FAILED ${bad.join(' ')}`
          : `${good} passed${good < tests.length ? `, ${tests.length - good} not run` : ''}`
    const what = promise.replaceAll('`', '').slice(0, PROMISE_CHARS).padEnd(PROMISE_CHARS)
    console.log(`${number.padEnd(5)}  ${what}  ${state.slice(0, STATE_CHARS).padEnd(STATE_CHARS)}  ${result}`)
  }
  const failed = [...ran].filter(([, outcome]) => outcome === 'failed').length
  const unheld = promises.filter(({ tests }) => tests.length === 0).map(({ number }) => number)
  console.log(
    `\n${promises.length} lines, ${files.length} test files; without a test of their own: ${unheld.join(', ') || 'none'}`,
  )
  if (ran.size > 0) console.log(`${ran.size - failed} files passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2))
