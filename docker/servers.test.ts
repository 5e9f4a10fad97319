import { expect, it } from 'vitest'
import { read } from './testing.ts'

const cnf = new Map(
  read('docker/mysql/clinic.cnf')
    .split('\n')
    .flatMap((line) => {
      const match = /^([a-z-]+)\s*=\s*(.+)$/.exec(line)
      return match ? [[match[1] as string, match[2] as string]] : []
    }),
)

it('gives the database the promised values', () => {
  expect(cnf.get('innodb-buffer-pool-size')).toBe('256M')
  expect(cnf.get('query-cache-size')).toBe('0')
  expect(cnf.get('slow-query-log-file')).toBe('/var/log/mysql/slow.log')
  expect(cnf.get('long-query-time')).toBe('2')
  expect(cnf.get('max-connections')).toBe('200')
  expect(cnf.get('local-infile')).toBe('1')
  expect(cnf.get('sql-mode')).toMatch(/STRICT_ALL_TABLES/)
  expect(cnf.get('innodb-flush-log-at-trx-commit')).toBe('1')
})

it('is the server that development and tests run', () => {
  const own = [...read('shared/launch/mariadb.mjs').matchAll(/'--([a-z-]+)(?:=([^']+))?'/g)]
  const compared = own
    .filter(([, name]) => cnf.has(name as string))
    .map(([, name, value = '1']) => [name, value])
  expect(compared.length).toBeGreaterThan(12)
  const differs = compared.filter(([name, value]) => cnf.get(name as string) !== value)
  expect(differs).toEqual([])
})

it('lets nobody change the audit, and gives the application no right on a whole database', () => {
  const rights = read('docker/mysql/rights.sql')
  const rows = [...rights.matchAll(/\('(\w+)',\s*(\d), '([^']+)',\s*'([^']*)'\)/g)]
  const audit = rows.filter(([, , , pattern]) => pattern === 'audit\\_%')
  expect(audit.map(([, account]) => account).sort()).toEqual([
    'clinic_api',
    'clinic_migrate',
    'clinic_worker',
  ])
  for (const [, , , , given] of audit) expect(given).not.toMatch(/UPDATE|DELETE/)
  const moved = rows.filter(([, , , pattern]) => pattern === 'stock\\_movements')
  expect(moved).toHaveLength(3)
  for (const [, , , , given] of moved) expect(given).toMatch(/^$|^SELECT, INSERT, UPDATE \(patient_id\)$/)
  for (const [, given, who] of rights.matchAll(/GRANT ([A-Z, \n]+) ON `clinic`\.\* TO '(\w+)'/g)) {
    expect([who, given]).not.toEqual([who, expect.stringMatching(/UPDATE|DELETE|ALL|GRANT OPTION/)])
    if (who === 'clinic_api' || who === 'clinic_worker') expect(given).not.toMatch(/SELECT|INSERT|DROP/)
  }
  expect(rights).not.toMatch(/GRANT ALL|FILE|SUPER|WITH GRANT OPTION/)
})

it('keeps jobs and forgets caches', () => {
  const jobs = read('docker/redis/jobs.conf')
  const cache = read('docker/redis/cache.conf')
  expect(jobs).toMatch(/^appendonly yes$/m)
  expect(jobs).toMatch(/^maxmemory-policy noeviction$/m)
  expect(cache).toMatch(/^appendonly no$/m)
  expect(cache).toMatch(/^maxmemory-policy allkeys-lru$/m)
  for (const text of [jobs, cache]) expect(text).toMatch(/^maxmemory \d+mb$/m)
})
