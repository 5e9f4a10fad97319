import { type ChildProcess, fork } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../errors/app-error.ts'
import { ERRORS, type ErrorCode } from '../../errors/table.ts'
import type { ConvertRequest } from './convert.ts'

/** A conversion is measured to need half of it; a file that needs more is refused. */
const HEAP_MB = 192
const NURSERY_MB = 16
/** Previews at once, so that the API stays within its own memory; others wait for their turn. */
const MAX_PREVIEWS = 1

/** Sources are run by test runners only, which a process of its own knows nothing of: it is the compiled file then. */
const CHILD = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/shared/imports/formats/child.js', import.meta.url)
    : new URL('./child.js', import.meta.url),
)

interface Answer {
  bytes?: Uint8Array | null
  others?: number
  kind?: string
  code?: string
  detail?: string
  failed?: string
}

/**
 * Converts a file in a process of its own, which ends with the signal and leaves nothing behind then; answers how many
 * resources of it are no part of this kind of import. Throws what is
 * wrong with the file; `import/too-much-inside` also when it needs more memory than is given.
 */
export async function convertToFile(
  request: ConvertRequest & { target: string },
  signal: AbortSignal,
): Promise<number> {
  try {
    const { others = 0 } = await runChild(request, signal)
    return others
  } catch (error) {
    await rm(`${request.target}.part`, { force: true })
    throw error
  }
}

let previews = 0
const waiting: (() => void)[] = []

/** The staged bytes of the first rows of a file, and of which kind they are. One preview at once, the next ones wait; throws as above. */
export async function convertBeginning(
  request: Omit<ConvertRequest, 'target'>,
  signal: AbortSignal,
): Promise<{ bytes: Buffer; kind: string }> {
  if (previews >= MAX_PREVIEWS) await new Promise<void>((resolve) => waiting.push(resolve))
  else previews++
  try {
    const { bytes, kind = request.kind } = await runChild({ ...request, target: null }, signal)
    return { bytes: Buffer.from(bytes ?? []), kind }
  } finally {
    const next = waiting.shift()
    if (next === undefined) previews--
    else next()
  }
}

async function runChild(request: ConvertRequest, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted()
  const child = fork(CHILD, [], {
    env: {},
    execArgv: [
      `--max-old-space-size=${HEAP_MB}`,
      `--max-semi-space-size=${NURSERY_MB}`,
      '--single-threaded-gc',
    ],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const kill = () => void child.kill('SIGKILL')
  signal.addEventListener('abort', kill)
  try {
    child.send(request)
    return readAnswer(await answerOf(child))
  } finally {
    signal.removeEventListener('abort', kill)
    signal.throwIfAborted()
  }
}

/** What the process said when it is gone, or how it ended. */
function answerOf(child: ChildProcess): Promise<Answer | { ended: string }> {
  return new Promise((resolve, reject) => {
    let said: Answer | null = null
    child.once('message', (message) => {
      said = message as Answer
    })
    child.once('error', reject)
    child.once('close', (code, killed) => resolve(said ?? { ended: killed ?? String(code) }))
  })
}

function readAnswer(said: Answer | { ended: string }): Answer {
  if ('ended' in said) {
    if (said.ended === 'SIGABRT' || said.ended === '134') {
      throw new AppError('import/too-much-inside', {
        detail: `Reading it needs more than the ${HEAP_MB} MB of memory that are given.`,
      })
    }
    throw new Error(`The conversion ended with ${said.ended}`)
  }
  if (said.failed !== undefined) throw new Error(`The conversion failed: ${said.failed}`)
  if (said.code !== undefined && Object.hasOwn(ERRORS, said.code)) {
    throw new AppError(said.code as ErrorCode, said.detail === undefined ? {} : { detail: said.detail })
  }
  return said
}
