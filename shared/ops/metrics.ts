import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { JobQueues } from '../jobs/queues.ts'
import { shared, within } from './bounded.ts'

/** Adds metrics of one thing (pool, cache, streams …) to a process's registry. */
export type MetricSource = (registry: Registry) => void

export interface MetricsOptions {
  service: 'api' | 'worker'
  sources: readonly MetricSource[]
  /** Job queues whose own metrics BullMQ writes; leave out where another process already reports them. */
  queues?: JobQueues
}

/** One process's metrics: what Prometheus reads, and the histogram that the request path feeds. */
export interface Metrics {
  registry: Registry
  contentType: string
  text(): Promise<string>
  /** Notes one finished request; `route` is the pattern of the route table, never the path that was asked for. */
  requestDone(request: FinishedRequest): void
}

export interface FinishedRequest {
  method: string
  /** Route pattern as in `/api/patients/:id`, or a fixed word when no route matched. */
  route: string
  status: number
  durationMs: number
}

const MS_PER_S = 1000
const STATUS_CLASS = 100
const SCRAPE_FRESH_MS = 1000
const SCRAPE_LOST_MS = 10_000
const QUEUES_LIMIT_MS = 2000
const REQUEST_BUCKETS_S = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Refusals that alerts and dashboards tell apart; the histogram knows classes of statuses only. */
const REFUSALS = new Set([401, 403, 408, 413, 422, 429, 499, 503, 507])
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Opens the metrics of a process. Labels take a value from a closed set only, so ids never become time series. */
export function createMetrics({ service, sources, queues }: MetricsOptions): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'clinic_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS_S,
    registers: [registry],
  })
  const refused = new Counter({
    name: 'clinic_http_refused_total',
    help: 'Requests answered with one of the statuses that stand for a refusal',
    labelNames: ['status'],
    registers: [registry],
  })
  for (const status of REFUSALS) refused.inc({ status }, 0)
  for (const source of sources) source(registry)

  const text = shared(
    async () => (await registry.metrics()) + (queues === undefined ? '' : await queueText(queues)),
    SCRAPE_FRESH_MS,
    SCRAPE_LOST_MS,
  )
  return {
    registry,
    contentType: registry.contentType,
    text,
    requestDone({ method, route, status, durationMs }) {
      const labels = {
        method: METHODS.has(method) ? method : 'other',
        route,
        status: `${Math.floor(status / STATUS_CLASS)}xx`,
      }
      requests.observe(labels, durationMs / MS_PER_S)
      if (REFUSALS.has(status)) refused.inc({ status })
    },
  }
}

/** BullMQ's own metrics of all job queues, each HELP and TYPE line once; nothing while Redis is away. */
async function queueText(queues: JobQueues): Promise<string> {
  try {
    const texts = await within(
      QUEUES_LIMIT_MS,
      Promise.all(Object.values(queues).map((queue) => queue.exportPrometheusMetrics({ app: 'clinic' }))),
    )
    return `\n${mergeExpositions(texts)}\n`
  } catch {
    return ''
  }
}

const nameOf = (line: string) =>
  /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1] ?? (/^[\w:]+/.exec(line)?.[0] as string)

/** Joins texts that describe the same metrics, because Prometheus wants all lines of one metric together. */
export function mergeExpositions(texts: readonly string[]): string {
  const groups = new Map<string, Set<string>>()
  for (const line of texts.flatMap((text) => text.split('\n')).filter((each) => each.trim() !== '')) {
    const name = nameOf(line)
    const group = groups.get(name) ?? new Set<string>()
    groups.set(name, group.add(line))
  }
  return [...groups.values()].flatMap((lines) => [...lines]).join('\n')
}
