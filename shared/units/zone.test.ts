import { afterAll, beforeAll, expect, it } from 'vitest'
import { ConfigError, parseConfig } from '../config/config.ts'
import { type TestDeps, testDeps, testEnv } from '../testing/harness.ts'
import { CLINIC_ZONE, clinicDay, clinicZone, setClinicZone } from './dates.ts'

let deps: TestDeps
beforeAll(async () => {
  deps = await testDeps({ TZ_CLINIC: 'Pacific/Auckland' })
})
afterAll(async () => {
  await deps.close()
  setClinicZone(CLINIC_ZONE)
})

it('a process counts days in the zone of its settings', () => {
  expect(clinicZone()).toBe('Pacific/Auckland')
  expect(clinicDay(Date.parse('2026-01-01T10:59:59Z'))).toBe('2026-01-01')
  expect(clinicDay(Date.parse('2026-01-01T11:00:00Z'))).toBe('2026-01-02')
})

it('a zone that does not exist is named at the start', () => {
  const wrong = () => parseConfig({ ...testEnv(), TZ_CLINIC: 'Asia/Nowhere' })
  expect(wrong).toThrow(ConfigError)
  expect(wrong).toThrow(/TZ_CLINIC/)
})
