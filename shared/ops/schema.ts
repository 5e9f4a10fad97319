import { z } from 'zod'

const status = z.enum(['healthy', 'degraded', 'unhealthy'])
export type HealthStatus = z.infer<typeof status>

const count = z.number().int().min(0).nullable()
const reachable = z.object({ status, response_time: z.string() })
const filled = z.object({ status, usage_percent: z.number().nullable() })

/** The documented answer of `GET /api/performance/health`; null stands for "could not be read in time". */
export const health = z.object({
  status,
  timestamp: z.string(),
  response_time: z.string().describe('For example "25.45ms"'),
  checks: z.object({
    database: reachable,
    redis: reachable,
    queues: z.object({
      status,
      waiting: count,
      active: count,
      failed: count,
      oldest_waiting_seconds: count,
    }),
    workers: z.object({ status, count }),
    memory: filled,
    disk: filled,
    backup: z.object({
      status: z.enum([...status.options, 'unproven']),
      proven_at: z.string().nullable().describe('When a backup was last restored and compared'),
    }),
  }),
})
export type Health = z.infer<typeof health>

/** The whole is as bad as its worst part; a backup that is merely unproven yet does not count. */
export function combine(parts: readonly (HealthStatus | 'unproven')[]): HealthStatus {
  if (parts.includes('unhealthy')) return 'unhealthy'
  return parts.includes('degraded') ? 'degraded' : 'healthy'
}

/** A duration as the health answer shows it. */
export const responseTime = (tookMs: number): string => `${tookMs.toFixed(2)}ms`
