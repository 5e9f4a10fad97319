// The weekly look at what is behind: packages with known faults, packages with newer versions, base images.
//   node docker/tools/updates.mjs [--all]
// Asks npm's registry and, where an engine answers, the registries of the images; changes nothing but the images that
// are fetched anew. Ends with 0 when nothing is urgent, 1 when something is (a known fault of grade high or critical, or
// a base image with a newer build), 2 when something could not be asked. Runs from a checkout, as a weekly cron job.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const URGENT = new Set(['high', 'critical'])
const ASK_WITHIN_MS = 120_000
const PULL_WITHIN_MS = 600_000
const MOST_LINES = 40

function run(file, args, timeout) {
  const done = spawnSync(file, args, { cwd: root, encoding: 'utf8', timeout, maxBuffer: 64 * 1024 * 1024 })
  return { status: done.status ?? -1, stdout: done.stdout ?? '', stderr: done.stderr ?? String(done.error) }
}

/** npm prints its answer even when its status is 1; a fault is an object with a message of its own. */
function askNpm(args) {
  const { stdout, stderr } = run('npm', [...args, '--json'], ASK_WITHIN_MS)
  try {
    const answer = JSON.parse(stdout || '{}')
    const { error, message } = answer
    const fault = error && (error.summary || message || error.code || 'no answer')
    return fault ? { fault: String(fault) } : { answer }
  } catch {
    return { fault: stderr.trim().split('\n').at(-1) || 'no answer' }
  }
}

/** Rows of `npm audit`: the worst first. Only what production runs, unless `all`. */
function faults(all) {
  const { answer, fault } = askNpm(['audit', ...(all ? [] : ['--omit=dev'])])
  if (fault !== undefined) return { fault }
  if (answer.vulnerabilities === undefined) return { fault: 'no list of known faults came back' }
  const order = ['critical', 'high', 'moderate', 'low', 'info']
  const rows = Object.values(answer.vulnerabilities)
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || a.name.localeCompare(b.name))
    .map(({ name, severity, range, fixAvailable, via }) => ({
      urgent: URGENT.has(severity),
      cells: [
        severity,
        `${name} ${range}`,
        fixAvailable === false ? 'no fix yet' : (fixAvailable.version ?? 'npm audit fix'),
        via.find((each) => typeof each === 'object')?.title ?? `through ${via.join(', ')}`,
      ],
    }))
  return { rows }
}

/** Rows of `npm outdated`; versions are fixed here, so what counts is the newest one. */
function outdated(all) {
  const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const { answer, fault } = askNpm(['outdated'])
  if (fault !== undefined) return { fault }
  const rows = Object.entries(answer)
    .filter(([name]) => all || Object.hasOwn(dependencies, name))
    .map(([name, { current = '-', latest }]) => ({ urgent: false, cells: [name, current, latest] }))
  return { rows }
}

/** Every image that is built on or run, from the Dockerfile and the compose file. */
export function imagesOf(dockerfile, compose) {
  const built = [...dockerfile.matchAll(/^ARG \w+_IMAGE=(\S+)$/gm)].map(([, image]) => image)
  const used = [...compose.matchAll(/^\s+image: ([^$\s]+)$/gm)].map(([, image]) => image)
  return [...new Set([...built, ...used])].sort()
}

/** Fetches each image again: the same name stands for a newer build once its maker has patched it. */
function images() {
  const read = (file) => readFileSync(`${root}${file}`, 'utf8')
  const names = imagesOf(read('docker/Dockerfile'), read('docker-compose.prod.yml'))
  if (run('docker', ['version', '--format', '{{.Server.Version}}'], ASK_WITHIN_MS).status !== 0)
    return { fault: `no Docker engine answers, so nobody looked at ${names.join(', ')}` }
  const idOf = (name) =>
    run('docker', ['image', 'inspect', '-f', '{{.Id}}', name], ASK_WITHIN_MS).stdout.trim()
  const missed = []
  const rows = names.flatMap((name) => {
    const before = idOf(name)
    if (run('docker', ['pull', '--quiet', name], PULL_WITHIN_MS).status !== 0) {
      missed.push(name)
      return []
    }
    const isNew = before !== '' && before !== idOf(name)
    return isNew ? [{ urgent: true, cells: [name, 'a newer build was fetched: build and deploy again'] }] : []
  })
  return { rows, ...(missed.length > 0 ? { fault: `not reached: ${missed.join(', ')}` } : {}) }
}

function show(title, { rows = [], fault }) {
  console.log(`\n${title}`)
  const shown = rows.slice(0, MOST_LINES)
  const widths = (shown[0]?.cells ?? []).map((_, at) =>
    Math.max(...shown.map(({ cells }) => cells[at].length)),
  )
  for (const { cells } of shown)
    console.log(
      `  ${cells
        .map((cell, at) => cell.padEnd(widths[at]))
        .join('  ')
        .trimEnd()}`,
    )
  if (rows.length > shown.length) console.log(`  and ${rows.length - shown.length} more`)
  if (fault !== undefined) console.log(`  COULD NOT ASK: ${fault}`)
  else if (rows.length === 0) console.log('  nothing')
}

function main(all) {
  const parts = [
    [`Packages with known faults (${all ? 'all' : 'what production runs'})`, faults(all)],
    ['Packages with a newer version (installed, newest)', outdated(all)],
    ['Base images', images()],
  ]
  for (const [title, part] of parts) show(title, part)
  const isUrgent = parts.some(([, { rows = [] }]) => rows.some(({ urgent }) => urgent))
  const missing = parts.filter(([, { fault }]) => fault !== undefined)
  console.log(
    `\n${isUrgent ? 'URGENT: see above' : 'nothing urgent was found'}${
      missing.length > 0 ? `; ${missing.length} of ${parts.length} questions had no answer` : ''
    }`,
  )
  process.exitCode = isUrgent ? 1 : missing.length > 0 ? 2 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--all'))
