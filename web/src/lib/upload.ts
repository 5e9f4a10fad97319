import { tellSession } from './http.ts'
import { clientError, HttpError, retryAfterSeconds } from './problem.ts'

/** The longest silence of an upload before it is given up; there is no limit on the whole. */
const STALL_LIMIT_MS = 60_000

export interface UploadOptions {
  signal?: AbortSignal | undefined
  idempotencyKey?: string
  /** Bytes sent so far and in all. */
  onProgress?: (sent: number, total: number) => void
}

/** Sends a multipart form with progress; fetch cannot report how much has been sent. */
export function upload<T>(path: string, form: FormData, options: UploadOptions = {}): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    let stalled = false
    let timer = setTimeout(giveUp, STALL_LIMIT_MS)
    function giveUp(): void {
      stalled = true
      xhr.abort()
    }
    const settle = (done: () => void): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', callOff)
      done()
    }
    const callOff = (): void => xhr.abort()
    xhr.open('POST', path)
    xhr.setRequestHeader('Accept', 'application/json')
    xhr.setRequestHeader('X-Requested-With', 'clinic')
    if (options.idempotencyKey) xhr.setRequestHeader('Idempotency-Key', options.idempotencyKey)
    xhr.upload.onprogress = (event) => {
      clearTimeout(timer)
      timer = setTimeout(giveUp, STALL_LIMIT_MS)
      options.onProgress?.(event.loaded, event.total)
    }
    xhr.onload = () => settle(() => answer<T>(xhr, resolve, reject))
    xhr.onerror = () => settle(() => reject(clientError('client/offline')))
    xhr.onabort = () => settle(() => reject(clientError(stalled ? 'client/timeout' : 'client/aborted')))
    if (options.signal?.aborted) return settle(() => reject(clientError('client/aborted')))
    options.signal?.addEventListener('abort', callOff, { once: true })
    xhr.send(form)
  })
}

function answer<T>(
  xhr: XMLHttpRequest,
  resolve: (value: T) => void,
  reject: (error: HttpError) => void,
): void {
  const body = parse(xhr.responseText)
  if (xhr.status >= 200 && xhr.status < 300) {
    resolve(body as T)
    return
  }
  const error = new HttpError(xhr.status, body, retryAfterSeconds(xhr.getResponseHeader('Retry-After')))
  tellSession(error)
  reject(error)
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
