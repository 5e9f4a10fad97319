import type { ServerResponse } from 'node:http'
import type { BullMQOtel } from 'bullmq-otel'
import type { Config } from '../config/config.ts'
import type { Logger } from '../log/log.ts'

/** One request of the API as a trace shows it: the route's pattern, never the address that was asked for. */
export interface TracedRequest {
  method: string
  route: string
  res: ServerResponse
}

/** The traces of one process, sent to a collector: requests, the jobs they ring for, and the steps of those jobs. */
export interface Tracing {
  /** Carries a trace from who rings for a job, in the job's options, to who carries it out. */
  jobs: BullMQOtel
  /** Handles a request as the first step of a trace of its own; what a client says of traces is not believed. */
  request(request: TracedRequest, handle: () => Promise<void>): Promise<void>
  /** Does a piece of work as a step of the trace it is in. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Sends what is left, for two seconds at most. */
  close(): Promise<void>
}

/**
 * Opens the traces of a process; undefined unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and then nothing of
 * OpenTelemetry is even loaded.
 */
export async function openTracing(
  config: Config,
  service: 'api' | 'worker',
  log: Logger,
): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config
  if (endpoint === undefined) return undefined
  const { startTracing } = await import('./tracing-sdk.ts')
  return startTracing({ endpoint, service, log })
}

/** Does a piece of work, as a step of its trace where there is one. */
export const inStep = <T>(
  { tracing }: { tracing?: Tracing | undefined },
  name: string,
  work: () => Promise<T>,
): Promise<T> => (tracing === undefined ? work() : tracing.step(name, work))
