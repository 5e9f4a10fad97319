import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Attributes,
  context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { BullMQOtel } from 'bullmq-otel'
import type { Logger } from '../log/log.ts'
import type { Tracing } from './tracing.ts'

const CLOSE_WITHIN_MS = 2000
const COMPLAIN_EVERY_MS = 60_000
const SERVER_FAULT = 500
const JOBS = 'bullmq'
/** The only attributes that leave the process, whatever a library attaches: names from closed sets, counts, job ids. */
const SENT = new Set([
  ...['http.request.method', 'http.route', 'http.response.status_code', 'error.type'],
  ...[
    'bullmq.queue.name',
    'bullmq.job.name',
    'bullmq.job.id',
    'bullmq.job.attempts.made',
    'bullmq.worker.id',
  ],
])

/** A span as it is sent: no events, because those hold messages of errors, and of attributes only those listed. */
function bare(span: ReadableSpan): ReadableSpan {
  const attributes: Attributes = Object.fromEntries(
    Object.entries(span.attributes).filter(([name]) => SENT.has(name)),
  )
  const { code } = span.status
  return Object.create(span, {
    attributes: { value: attributes, enumerable: true },
    events: { value: [], enumerable: true },
    status: { value: { code }, enumerable: true },
  }) as ReadableSpan
}

/** A worker looks after its locks all day; as traces of their own these are noise. */
const isChore = ({ parentSpanContext, kind, instrumentationScope }: ReadableSpan): boolean =>
  parentSpanContext === undefined && kind === SpanKind.INTERNAL && instrumentationScope.name === JOBS

function sender(endpoint: string): SpanProcessor {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const otlp = new OTLPTraceExporter({ url })
  const exporter: SpanExporter = {
    export: (spans, done) => otlp.export(spans.map(bare), done),
    shutdown: () => otlp.shutdown(),
    forceFlush: () => otlp.forceFlush(),
  }
  const batches = new BatchSpanProcessor(exporter)
  return {
    onStart: (span, parent) => batches.onStart(span, parent),
    onEnd: (span) => {
      if (!isChore(span)) batches.onEnd(span)
    },
    shutdown: () => batches.shutdown(),
    forceFlush: () => batches.forceFlush(),
  }
}

/** Says once a minute that traces are lost; why is in what the collector says, and nobody waits for it here. */
function complainTo(log: Logger): void {
  let at = Number.NEGATIVE_INFINITY
  const complain = () => {
    if (performance.now() - at < COMPLAIN_EVERY_MS) return
    at = performance.now()
    log.warn('traces could not be delivered')
  }
  const silent = () => undefined
  diag.setLogger(
    { error: complain, warn: silent, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  )
}

async function during<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(context.active(), span), work)
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}

/** Starts sending traces. How many are kept: `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`, read by the library. */
export function startTracing(options: { endpoint: string; service: 'api' | 'worker'; log: Logger }): Tracing {
  const { endpoint, service, log } = options
  complainTo(log)
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': `clinic-${service}`,
      'service.instance.id': `${hostname()}:${process.pid}`,
    }),
    spanProcessors: [sender(endpoint)],
  })
  provider.register()
  const tracer = trace.getTracer('clinic')
  return {
    jobs: new BullMQOtel({ tracerName: JOBS }),
    request({ method, route, res }, handle) {
      const attributes = { 'http.request.method': method, 'http.route': route }
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT)
      res.once('close', () => {
        span.setAttribute('http.response.status_code', res.statusCode)
        if (res.statusCode >= SERVER_FAULT) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      })
      return context.with(trace.setSpan(ROOT_CONTEXT, span), handle)
    },
    step: (name, work) => during(tracer.startSpan(name), work),
    close: () =>
      Promise.race([
        provider.shutdown().catch(() => undefined),
        sleep(CLOSE_WITHIN_MS, undefined, { ref: false }),
      ]),
  }
}
