import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../shared/config/config.ts'
import { type Command, CommandFailed, EXIT, readArgs, UsageError } from './command.ts'
import { withDeps } from './context.ts'
import { fillDay } from './demo-day.ts'
import { DEMO_HEADER, demoPeople } from './demo-people.ts'
import { progressBar } from './progress-bar.ts'

const DEFAULT_PATIENTS = 500
const MOST_PATIENTS = 200_000
const LOOK_EVERY_MS = 250
const SEED = 20_241_124
const OPTIONS = {
  patients: { type: 'string' },
  only: { type: 'string' },
  url: { type: 'string' },
  user: { type: 'string' },
  password: { type: 'string' },
} as const

interface Problem {
  title?: string
  detail?: string
}

interface Progress {
  status: string
  progress: { processed: number; total: number | null }
  counts: Record<string, number> | null
  error: Problem | null
}

/** The public API as a person's browser uses it: a session cookie and the header that proves where a call is from. */
class Visitor {
  readonly #base: string
  #cookie = ''

  constructor(base: string) {
    this.#base = base
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const isForm = body instanceof FormData
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        'X-Requested-With': 'clinic',
        ...(this.#cookie === '' ? {} : { Cookie: this.#cookie }),
        ...(body === undefined || isForm ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    }).catch(() => {
      throw new CommandFailed(`Nothing answers at ${this.#base}: start the system with npm start first`)
    })
    const [cookie] = response.headers.getSetCookie()
    if (cookie !== undefined) this.#cookie = cookie.split(';')[0] as string
    const answer = (await response.json()) as T & Problem
    if (!response.ok)
      throw new CommandFailed(`${answer.title ?? response.status} ${answer.detail ?? ''}`.trim())
    return answer
  }
}

async function signIn(visitor: Visitor, username: string, password: string): Promise<void> {
  const { mustChangePassword } = await visitor.call<{ mustChangePassword: boolean }>(
    'POST',
    '/api/auth/login',
    {
      username,
      password,
    },
  )
  if (mustChangePassword)
    throw new CommandFailed(`${username} must change the one-time password first: sign in on the page`)
}

function demoFile(patients: number): FormData {
  const line = demoPeople(SEED)
  const lines = Array.from({ length: patients }, (_, n) => line(n + 1))
  const form = new FormData()
  form.set('kind', 'patients')
  form.set('options', JSON.stringify({ source: 'demo', onDuplicate: 'skip' }))
  form.set(
    'file',
    new Blob([`${DEMO_HEADER}\n${lines.join('\n')}\n`], { type: 'text/csv' }),
    'demo-patients.csv',
  )
  return form
}

/** Brings the people of the demo's file in, as an administrator would by hand, and waits until they are there. */
async function importPatients(visitor: Visitor, patients: number): Promise<void> {
  const { operation } = await visitor.call<{ operation: { id: string } }>(
    'POST',
    '/api/imports',
    demoFile(patients),
  )
  const bar = progressBar('patients')
  for (;;) {
    const now = await visitor.call<Progress>('GET', `/api/operations/${operation.id}`)
    bar.to(now.progress.processed, now.progress.total ?? patients)
    if (now.status === 'completed') {
      bar.end()
      console.log(
        `${now.counts?.inserted ?? 0} patients added, ${now.counts?.skipped ?? 0} were there already`,
      )
      return
    }
    if (now.status === 'failed' || now.status === 'cancelled') {
      throw new CommandFailed(now.error?.detail ?? now.error?.title ?? now.status)
    }
    await sleep(LOOK_EVERY_MS)
  }
}

/** Fills a running system: people through its public API, then a day of the clinic through its database. */
export const command: Command = {
  summary:
    'fill a running system with believable patients, through the public API, and with a day at the clinic',
  usage:
    '[--patients N] [--only patients|day] [--user NAME] [--password TEXT] [--url URL]   (password also from INITIAL_ADMIN_PASSWORD)',
  async run(args) {
    const { values } = readArgs(args, OPTIONS)
    const patients = Number(values.patients ?? DEFAULT_PATIENTS)
    if (!Number.isInteger(patients) || patients < 1 || patients > MOST_PATIENTS) {
      throw new UsageError(`--patients takes a whole number from 1 to ${MOST_PATIENTS}`)
    }
    if (values.only !== undefined && values.only !== 'patients' && values.only !== 'day') {
      throw new UsageError('--only takes patients or day')
    }
    const config = loadConfig()
    // Numbers of receipts and certificates have no gaps; made-up ones must not stand among a clinic's own.
    if (config.NODE_ENV === 'production') throw new CommandFailed('the demo is not for a production system')
    if (values.only !== 'day') {
      const password = values.password ?? config.INITIAL_ADMIN_PASSWORD
      if (password === undefined) throw new UsageError('say --password, the one of an administrator')
      const visitor = new Visitor(values.url ?? config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`)
      await signIn(visitor, values.user ?? 'admin', password)
      await importPatients(visitor, patients)
    }
    if (values.only !== 'patients') {
      for (const line of await withDeps(fillDay, config)) console.log(line)
    }
    return EXIT.ok
  },
}
