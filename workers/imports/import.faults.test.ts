import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { faultBed, secondsSince } from './fault-servers/testing.ts'
import { aMoment } from './faults/testing.ts'

const ROWS = 100_000
const bed = faultBed()

bed.fault('kill -9 of the worker 10 times in one import of 300,000 rows', async () => {
  await Promise.all([bed.rig.start(), bed.rig.start()])
  const watched = await bed.rig.importPeople(3 * ROWS)
  let worst = 0
  for (let i = 0; i < 10; i++) {
    await watched.reaches(0.02 + i * 0.09 + randomInt(5) / 100)
    await aMoment(200)
    const holder = await bed.rig.holder(watched.id)
    holder.signal('SIGKILL')
    await holder.ended
    const [seconds] = await Promise.all([watched.goesOn(), bed.rig.start()])
    worst = Math.max(worst, seconds)
  }
  expect((await watched.endsExactly()).attempts).toBe(11)
  return worst
})

bed.fault('SIGTERM: handed over (limit 2 s), no attempt used', async () => {
  await Promise.all([bed.rig.start(), bed.rig.start()])
  const watched = await bed.rig.importPeople(ROWS)
  let worst = 0
  for (const share of [0.2, 0.5]) {
    await watched.reaches(share)
    const before = await watched.record()
    const holder = await bed.rig.holder(watched.id)
    const at = Date.now()
    holder.signal('SIGTERM')
    while ((await watched.record()).fence === before.fence) await sleep(5)
    worst = Math.max(worst, secondsSince(at))
    expect(await holder.ended).toBe(0)
    await bed.rig.start()
  }
  expect(worst).toBeLessThan(2)
  expect(await watched.endsExactly()).toMatchObject({ attempts: 1, fence: 3 })
  return worst
})

bed.fault('a frozen worker wakes after another has taken over', async () => {
  await Promise.all([bed.rig.start(), bed.rig.start()])
  const watched = await bed.rig.importPeople(ROWS)
  await watched.reaches(0.2)
  await aMoment(100)
  const frozen = await bed.rig.holder(watched.id)
  const { fence } = await watched.record()
  const at = Date.now()
  frozen.signal('SIGSTOP')
  while ((await watched.record()).fence === fence) await sleep(50)
  await watched.goesOn()
  const seconds = secondsSince(at)
  frozen.signal('SIGCONT')
  await watched.endsExactly()
  return seconds
})

bed.fault('FLUSHALL with one import running and one waiting', async () => {
  await bed.rig.start()
  const running = await bed.rig.importPeople(ROWS)
  const waiting = await bed.rig.importPeople(1000, 5_000_000)
  await running.reaches(0.3)
  await bed.deps.redis.flushall()
  await bed.deps.cacheRedis.flushall()
  await running.endsExactly()
  const at = Date.now()
  await waiting.endsExactly()
  return secondsSince(at)
})

for (const seconds of [5, 30, 60]) {
  bed.fault(`Redis stopped for ${seconds} s`, async () => {
    await Promise.all([bed.rig.start(), bed.rig.start()])
    const watched = await bed.rig.importPeople(ROWS)
    await watched.reaches(0.1)
    for (const name of ['jobs', 'cache'] as const) bed.servers.signal(name, 'SIGTERM')
    await sleep(500)
    const meanwhile = await bed.rig.importPeople(1000, 5_000_000)
    await watched.reaches(0.5)
    await sleep(seconds * 1000)
    await bed.servers.revive()
    const at = Date.now()
    await meanwhile.endsExactly()
    const recovered = secondsSince(at)
    await watched.endsExactly()
    return recovered
  })
}

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  bed.fault(`MariaDB restarted (${signal})`, async () => {
    await Promise.all([bed.rig.start(), bed.rig.start()])
    const watched = await bed.rig.importPeople(ROWS)
    await watched.reaches(0.3)
    bed.servers.signal('mariadb', signal)
    await sleep(5000)
    await bed.servers.revive()
    const seconds = await watched.goesOn()
    await watched.endsExactly()
    return seconds
  })
}

for (const when of ['before', 'after'] as const) {
  bed.fault(`link cut ${when} COMMIT, 20 times`, async () => {
    await bed.rig.start({ DATABASE_URL: bed.proxy.url })
    const watched = await bed.rig.importPeople(ROWS)
    for (let i = 0; i < 20; i++) {
      await watched.reaches(0.1 + i * 0.03)
      // the next chunk's COMMIT comes after its LOAD DATA; those of others are cut now and then as well
      await Promise.race([bed.proxy.cutAt(/^commit/i, when), sleep(2000)])
    }
    const seconds = await watched.goesOn()
    await watched.endsExactly()
    return seconds
  })
}

bed.fault('the line to the database dead for 12 s, its connections open', async () => {
  await Promise.all([
    bed.rig.start({ DATABASE_URL: bed.proxy.url }),
    bed.rig.start({ DATABASE_URL: bed.proxy.url }),
  ])
  const watched = await bed.rig.importPeople(ROWS)
  await watched.reaches(0.2)
  bed.proxy.setMode('swallow')
  await sleep(12_000)
  bed.proxy.setMode('pass')
  bed.proxy.reset()
  const seconds = await watched.goesOn()
  await watched.endsExactly()
  return seconds
})
