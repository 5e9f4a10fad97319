import type { Deps } from '../shared/deps.ts'

/** What one finished request looked like; `route` is the template from the table, never the address asked for. */
export interface RequestSample {
  method: string
  route: string
  status: number
  durationMs: number
}

/** What an API process holds beside its {@link Deps}; handlers reach it through `xRoutes(services)`. */
export interface ApiServices {
  deps: Deps
  /** Told of every finished request, once; set by the metrics. */
  observeRequest?: (sample: RequestSample) => void
}
