// Running vitest and counting what it says, for every command that runs tests.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { root, testHome } from './env.mjs'
import { isAlive, run } from './run.mjs'
import { startServices, stopServices } from './services.mjs'

/** Runs vitest; resolves `{passed, failed}`. A file that cannot be loaded, or a run without any test, counts as failed. */
export async function runVitest({ args = [], env = process.env }) {
  const report = path.join(mkdtempSync(path.join(testHome(), 'report-')), 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const { code } = await run(process.execPath, [vitest, 'run', ...reporters, ...args], {
    env,
    mayFail: true,
    group: true,
  })
  try {
    return count(JSON.parse(readFileSync(report, 'utf8')), code)
  } catch {
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(path.dirname(report), { recursive: true, force: true })
  }
}

function count(report, code) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  )
  const passed = report.numPassedTests
  const failed = report.numFailedTests + broken.length
  const silent = failed === 0 && (code !== 0 || passed === 0)
  return { passed, failed: silent ? 1 : failed }
}

/** Prints the line every test command ends with, and ends with the matching status. */
export function finish({ passed, failed }) {
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
  console.log(`${passed} passed, ${failed} failed`)
  // Nothing should be open any more; if something is, it must not keep the command from ending.
  setTimeout(() => process.exit(), 3_000).unref()
}

/** A DATA_DIR for one run, with the folders of killed runs ended and removed. */
export async function runDir(kind) {
  const home = testHome()
  for (const name of readdirSync(home)) {
    const pid = Number(/^run-\w+-(\d+)$/.exec(name)?.[1])
    if (!pid || isAlive(pid)) continue
    await stopServices(path.join(home, name))
    rmSync(path.join(home, name), { recursive: true, force: true })
  }
  const dir = path.join(home, `run-${kind}-${process.pid}`)
  mkdirSync(dir, { mode: 0o700 })
  return dir
}

/** Runs `body(services, dir)` with private servers of this run alone; they end and their data goes, whatever happens. */
export async function withTestServices(kind, body) {
  const dir = await runDir(kind)
  let services
  try {
    services = await startServices({ dataDir: dir, env: {} })
    return await body(services, dir)
  } finally {
    await services?.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Environment that makes vitest's set-up use these servers instead of the kept ones. */
export function vitestEnv({ stop: _, ...services }, extra = {}) {
  const { toolsDir } = services
  const PATH = toolsDir ? `${toolsDir}${path.delimiter}${process.env.PATH}` : process.env.PATH
  return { ...process.env, PATH, NODE_ENV: 'test', CLINIC_TEST_SERVICES: JSON.stringify(services), ...extra }
}
