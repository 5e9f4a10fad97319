import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Deps } from '../../shared/deps.ts'
import { AppError } from '../../shared/errors/app-error.ts'
import type { Principal } from '../../shared/rights/permissions.ts'
import { clientAddress, isSecure, requestIdOf } from './client.ts'
import type { Call } from './route.ts'

/** Told once when a call is over before its handler is: at the deadline, or because the client went away. */
export type OnCut = (call: RequestCall, reason: AppError) => void

/**
 * One request on its way: what the handler sees, the deadline and the abort signal. The signal is made only when
 * somebody asks for it, because most answers come from the cache and never do.
 */
export class RequestCall implements Call {
  readonly deps: Deps
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly address: string
  readonly secure: boolean
  readonly requestId: string
  readonly startedAt: number
  principal: Principal | null = null
  sessionId: string | null = null
  mustChangePassword = false
  params: unknown = undefined
  query: unknown = undefined
  body: unknown = undefined
  /** Template of the matched route, for logs and metrics. */
  routePath = 'unmatched'
  /** The answer has been written, or somebody else has taken over the response. */
  answered = false
  /** Whether the body is still on its way: then the deadline is the client's fault (408), not ours. */
  receiving = false
  /** Key of the general count that an answer which does not count (304) gives back to. */
  limitBy: string | null = null
  #controller: AbortController | undefined
  #cutBy: AppError | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #onCut: OnCut

  constructor(deps: Deps, req: IncomingMessage, res: ServerResponse, onCut: OnCut) {
    const { config } = deps
    this.deps = deps
    this.req = req
    this.res = res
    this.address = clientAddress(req, config.TRUST_PROXY)
    this.secure = isSecure(req, config)
    this.requestId = requestIdOf(req, config.TRUST_PROXY)
    this.startedAt = performance.now()
    this.#onCut = onCut
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#cutBy !== undefined) this.#controller.abort(this.#cutBy)
    }
    return this.#controller.signal
  }

  header(name: string): string | undefined {
    const value = this.req.headers[name.toLowerCase()]
    return typeof value === 'string' ? value : undefined
  }

  /** Starts the clock: after `ms` the call is cut. A second start replaces the first. */
  startDeadline(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(RequestCall.#expire, ms, this)
  }

  static #expire(call: RequestCall): void {
    call.cut(new AppError(call.receiving ? 'request/stalled' : 'request/timeout', { retryAfterS: 1 }))
  }

  /** Ends the call early; aborts the signal, so that statements stop and nothing more is committed. */
  cut(reason: AppError): void {
    if (this.#cutBy !== undefined) return
    this.#cutBy = reason
    clearTimeout(this.#timer)
    this.#onCut(this, reason)
    this.#controller?.abort(reason)
  }

  /** Stops the clock. */
  finish(): void {
    clearTimeout(this.#timer)
  }
}
