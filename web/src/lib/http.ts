import { clientError, HttpError, retryAfterSeconds } from './problem.ts'

/** The longest a request may take before it is stopped here; the server's own limit is the same. */
export const REQUEST_LIMIT_MS = 30_000
/** How often a GET is tried again when the server is away, and the pause before each. */
const GET_RETRY_PAUSES_MS = [400, 1_200]
/** Answers kept with their ETag; a page shows far fewer. */
const ETAG_ENTRIES = 200

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  body?: unknown
  signal?: AbortSignal | undefined
  /** A new request of the same name calls off the one before. */
  supersede?: string
  /** Makes a creating POST safe to send twice; two at once become one. */
  idempotencyKey?: string
  /** The version seen, where a request has no body that could say it. */
  ifMatch?: number
  timeoutMs?: number
}

/** What the page does about answers that concern the whole session. */
export interface SessionHooks {
  signedOut: () => void
  mustChangePassword: () => void
}

let hooks: SessionHooks = { signedOut: () => {}, mustChangePassword: () => {} }
const etags = new Map<string, { etag: string; value: unknown }>()
const superseded = new Map<string, AbortController>()
const onceInFlight = new Map<string, Promise<unknown>>()

/** Says what to do when a session has ended or the password must be changed first. */
export function onSession(next: SessionHooks): void {
  hooks = next
}

/** Forgets every remembered answer (at sign-out and when another person signs in). */
export function forgetAnswers(): void {
  etags.clear()
}

/** Sends one request to the API and answers its JSON. Errors: {@link HttpError} only. */
export function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const key = options.idempotencyKey
  if (key === undefined) return send<T>(path, options)
  const running = onceInFlight.get(key)
  if (running) return running as Promise<T>
  const started = send<T>(path, options).finally(() => onceInFlight.delete(key))
  onceInFlight.set(key, started)
  return started
}

async function send<T>(path: string, options: RequestOptions): Promise<T> {
  const method = options.method ?? 'GET'
  const own = new AbortController()
  const name = options.supersede
  if (name !== undefined) {
    superseded.get(name)?.abort()
    superseded.set(name, own)
  }
  const signal = options.signal ? AbortSignal.any([own.signal, options.signal]) : own.signal
  try {
    const pauses = method === 'GET' ? GET_RETRY_PAUSES_MS : []
    for (let attempt = 0; ; attempt++) {
      try {
        return await sendOnce<T>(path, method, options, signal)
      } catch (error) {
        const pause = pauses[attempt]
        if (!(error instanceof HttpError) || !worthRetry(error) || pause === undefined) throw error
        await sleep(pause, signal)
      }
    }
  } finally {
    if (name !== undefined && superseded.get(name) === own) superseded.delete(name)
  }
}

const worthRetry = (error: HttpError): boolean => error.away && error.code !== 'client/timeout'

async function sendOnce<T>(
  path: string,
  method: string,
  options: RequestOptions,
  outer: AbortSignal,
): Promise<T> {
  const limit = AbortSignal.timeout(options.timeoutMs ?? REQUEST_LIMIT_MS)
  const known = method === 'GET' ? etags.get(path) : undefined
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Requested-With': 'clinic' }
  if (known) headers['If-None-Match'] = known.etag
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  if (options.idempotencyKey !== undefined) headers['Idempotency-Key'] = options.idempotencyKey
  if (options.ifMatch !== undefined) headers['If-Match'] = `"${options.ifMatch}"`
  try {
    const response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.any([outer, limit]),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
    if (response.status === 304 && known) return known.value as T
    if (!response.ok) throw await refusal(response)
    const value = await bodyOf<T>(response)
    const etag = response.headers.get('ETag')
    if (method === 'GET' && etag) remember(path, etag, value)
    return value
  } catch (error) {
    if (error instanceof HttpError) throw error
    if (outer.aborted) throw clientError('client/aborted')
    throw clientError(limit.aborted ? 'client/timeout' : 'client/offline')
  }
}

async function bodyOf<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** Turns an error answer into an {@link HttpError} and tells the session what it means for it. */
async function refusal(response: Response): Promise<HttpError> {
  const problem = (await response.json().catch(() => ({}))) as Record<string, unknown>
  const error = new HttpError(
    response.status,
    problem,
    retryAfterSeconds(response.headers.get('Retry-After')),
  )
  tellSession(error)
  return error
}

/** Codes of a 401 that answer the sign-in form itself, not a session that ended. */
const SIGN_IN_ANSWERS = new Set(['auth/failed', 'auth/totp-required', 'auth/totp-failed'])

export function tellSession(error: HttpError): void {
  if (error.status === 401 && !SIGN_IN_ANSWERS.has(error.code)) hooks.signedOut()
  if (error.status === 403 && error.code === 'auth/must-change-password') hooks.mustChangePassword()
}

function remember(path: string, etag: string, value: unknown): void {
  etags.delete(path)
  etags.set(path, { etag, value })
  if (etags.size > ETAG_ENTRIES) etags.delete(etags.keys().next().value as string)
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(clientError('client/aborted'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}

/** A key for one intended creation; keep it until the server has answered. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID()
}
