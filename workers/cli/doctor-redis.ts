import type { Redis } from 'ioredis'
import type { Config } from '../../shared/config/config.ts'
import { becameReady, connectForRequests } from '../../shared/redis/connect.ts'
import { bad, type Finding, ok, warn } from './doctor-finding.ts'

const READY_WITHIN_MS = 3000

interface Role {
  name: 'REDIS_URL' | 'CACHE_REDIS_URL'
  policy: RegExp
  wanted: string
  /** Whether what it holds must survive a restart. */
  lasting: boolean
}

const ROLES: readonly Role[] = [
  { name: 'REDIS_URL', policy: /^noeviction$/, wanted: 'noeviction', lasting: true },
  { name: 'CACHE_REDIS_URL', policy: /^(allkeys|volatile)-l[rf]u$/, wanted: 'allkeys-lru', lasting: false },
]

/** Looks at both Redis servers: job queues and sessions must never be evicted, caches must be. */
export async function redisFindings(config: Config): Promise<Finding[]> {
  const found = await Promise.all(ROLES.map((role) => examineServer(config, role)))
  return found.flat()
}

async function examineServer(config: Config, role: Role): Promise<Finding[]> {
  const redis = connectForRequests(config[role.name], 'doctor')
  try {
    if (!(await becameReady(redis, READY_WITHIN_MS))) {
      return [bad(role.name, 'does not answer; look at the address and the server')]
    }
    const info = await infoOf(redis)
    const findings = [policyOf(role, info.maxmemory_policy)]
    if (role.lasting) findings.push(lastingOf(role, info.aof_enabled))
    return findings
  } finally {
    redis.disconnect()
  }
}

/** INFO as pairs; unlike CONFIG it is allowed on managed servers. */
async function infoOf(redis: Redis): Promise<Record<string, string>> {
  const lines = (await redis.info()).split(/\r?\n/).filter((line) => line.includes(':'))
  return Object.fromEntries(lines.map((line) => line.split(':', 2) as [string, string]))
}

function policyOf({ name, policy, wanted }: Role, found = 'unknown'): Finding {
  const text = `answers, maxmemory-policy ${found}`
  return policy.test(found) ? ok(name, text) : bad(name, `${text}, must be ${wanted}`)
}

function lastingOf({ name }: Role, aofEnabled: string | undefined): Finding {
  return aofEnabled === '1'
    ? ok(name, 'writes an append-only file')
    : warn(name, 'appendonly is off: a restart signs everybody out')
}
