import { afterEach, expect, it } from 'vitest'
import { startPressureReport } from '../../shared/ops/pressure.ts'
import { testDeps } from '../../shared/testing/harness.ts'
import { clinicFirst, Share, SLOWED_NOTE } from './pace.ts'

const calm = { perSecond: 50, p95Ms: 2 }
const pressed = { perSecond: 50, p95Ms: 20 }

it('takes less of the time as soon as answers slow down, and never none', () => {
  const share = new Share()
  share.see(calm)
  const before = share.value
  share.see(pressed)
  expect(share.value).toBeLessThan(before)
  for (let i = 0; i < 100; i++) share.see(pressed)
  expect(share.value).toBeGreaterThan(0.2)
})

it('takes more again when the clinic does not feel it', () => {
  const share = new Share()
  share.see(calm)
  for (let i = 0; i < 20; i++) share.see(pressed)
  const low = share.value
  for (let i = 0; i < 20; i++) share.see(calm)
  expect(share.value).toBeGreaterThan(low)
})

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

it('rests while an API process answers people, says so, and goes on at full speed when nobody asks', async () => {
  const deps = await testDeps()
  const pace = clinicFirst(deps)
  const report = startPressureReport(deps)
  open.push(() => report.stop(), pace.stop, deps.close)
  const busy = setInterval(() => report.done(2), 20)
  await expect.poll(() => pace.pauseAfter(100)).toMatchObject({ note: SLOWED_NOTE })
  clearInterval(busy)
  await expect.poll(() => pace.pauseAfter(100)).toEqual({ ms: 0, note: null })
})
