import { setTimeout as sleep } from 'node:timers/promises'
import { type Kind, type Place, type Storm, steady } from '../testing.ts'

const one = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T
const at = (storm: Storm, kind: Kind): Place => one(storm.places.filter((place) => place.kind === kind))

/** Ends a process and starts another in its place. */
const replaced = (storm: Storm, kind: Kind, signal: NodeJS.Signals): Promise<void> =>
  replacedAt(storm, at(storm, kind), signal)
async function replacedAt(storm: Storm, place: Place, signal: NodeJS.Signals): Promise<void> {
  place.process.signal(signal)
  await place.process.ended
  place.printed.push(place.process.output())
  await sleep(1_000)
  await storm.start(place)
}

async function frozen(storm: Storm, kind: Kind, forMs: number): Promise<void> {
  const { process } = at(storm, kind)
  process.signal('SIGSTOP')
  await sleep(forMs)
  process.signal('SIGCONT')
}

/** Every worker is gone for a while. */
async function workless(storm: Storm, forMs: number): Promise<void> {
  const workers = storm.places.filter(({ kind }) => kind === 'worker')
  for (const { process } of workers) process.signal('SIGKILL')
  await Promise.all(workers.map(({ process }) => process.ended))
  for (const { printed, process } of workers) printed.push(process.output())
  await sleep(forMs)
  await Promise.all(workers.map((place) => storm.start(place)))
}

/** The host loses its power: everything ends at the same time and comes back in any order. */
async function powerCut(storm: Storm): Promise<void> {
  const { places, servers } = storm
  for (const { process } of places) process.signal('SIGKILL')
  for (const name of ['mariadb', 'jobs', 'cache'] as const) servers.signal(name, 'SIGKILL')
  await Promise.all(places.map(({ process }) => process.ended))
  for (const { printed, process } of places) printed.push(process.output())
  await Promise.all([servers.revive(), ...places.map((place) => storm.start(place))])
}

type Server = 'mariadb' | 'jobs' | 'cache'
async function killed({ servers }: Storm, name: Server, forMs: number): Promise<void> {
  servers.signal(name, 'SIGKILL')
  await sleep(forMs)
  await servers.revive()
}
async function stopped({ servers }: Storm, name: Server, forMs: number): Promise<void> {
  servers.signal(name, 'SIGSTOP')
  await sleep(forMs)
  servers.signal(name, 'SIGCONT')
}

type Link = 'databaseLink' | 'redisLink'
async function away(storm: Storm, link: Link, mode: 'refuse' | 'swallow', forMs: number): Promise<void> {
  storm[link].setMode(mode)
  await sleep(forMs)
  storm[link].setMode('pass')
  // what hung is cut, as a restart would
  storm[link].reset()
}
async function slow(storm: Storm, link: Link, delayMs: number, forMs: number): Promise<void> {
  storm[link].setDelayMs(delayMs)
  await sleep(forMs)
  storm[link].setDelayMs(0)
}
async function resets(storm: Storm, link: Link, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    storm[link].reset()
    await sleep(200)
  }
}

/** Faults by the numbers of docs/faults.md; each is over when its promise is. */
export const FAULTS: Readonly<Record<string, (storm: Storm) => Promise<void>>> = {
  'F01 a worker is killed': (storm) => replaced(storm, 'worker', 'SIGKILL'),
  'F03 all workers are killed': (storm) => workless(storm, 20_000),
  'F06 a worker is frozen': (storm) => frozen(storm, 'worker', 8_000),
  'F07 a worker is stopped': (storm) => replaced(storm, 'worker', 'SIGTERM'),
  'F08 a worker is stopped, then killed': async (storm) => {
    const place = at(storm, 'worker')
    place.process.signal('SIGTERM')
    await replacedAt(storm, place, 'SIGKILL')
  },
  'F24 an API is killed': (storm) => replaced(storm, 'api', 'SIGKILL'),
  'F25 an API is stopped': (storm) => replaced(storm, 'api', 'SIGTERM'),
  'F29 an API is frozen': (storm) => frozen(storm, 'api', 3_000),
  'F36 Redis is killed': (storm) => killed(storm, 'jobs', 2_000),
  'F37 Redis is away': (storm) => away(storm, 'redisLink', 'refuse', 5_000),
  'F38 Redis is frozen': (storm) => stopped(storm, 'jobs', 5_000),
  'F39 Redis is frozen for longer than a lock': (storm) => stopped(storm, 'jobs', 45_000),
  'F40 Redis is emptied': async ({ jobs }) => void (await jobs.flushall()),
  'F41 Redis is full': async ({ jobs }) => {
    await jobs.config('SET', 'maxmemory', '1')
    await sleep(3_000)
    await jobs.config('SET', 'maxmemory', '0')
  },
  'F42 the cache is killed': (storm) => killed(storm, 'cache', 2_000),
  'F44 connections to Redis are reset': (storm) => resets(storm, 'redisLink', 10),
  'F45 Redis is slow': (storm) => slow(storm, 'redisLink', 500, 4_000),
  'F48 the cache is emptied': async ({ cache }) => void (await cache.flushall()),
  'F53 the database is killed': (storm) => killed(storm, 'mariadb', 1_000),
  'F54 connections to the database are cut': (storm) => resets(storm, 'databaseLink', 5),
  'F55 the database is frozen': (storm) => stopped(storm, 'mariadb', 3_000),
  'F59 the day’s counter is held': async ({ db }) => {
    await db
      .transaction(async (trx) => {
        await trx('ticket_counters').forUpdate()
        await sleep(3_000)
      })
      .catch(() => undefined)
  },
  'F61 the database is slow': (storm) => slow(storm, 'databaseLink', 200, 4_000),
  'F62 the database is away': (storm) => away(storm, 'databaseLink', 'swallow', 3_000),
  'F89 the power is cut': powerCut,
}

/** Rounds of all the faults, each time in another order, until there were so many. */
export async function torment(storm: Storm, times: number, pauseMs: number): Promise<string[]> {
  const happened: string[] = []
  while (happened.length < times) {
    const order = Object.keys(FAULTS).sort(() => Math.random() - 0.5)
    for (const name of order.slice(0, times - happened.length)) {
      await FAULTS[name]?.(storm)
      happened.push(name)
      await steady(() => storm.db('installation').first('epoch'))
      await sleep(pauseMs)
    }
  }
  return happened
}
