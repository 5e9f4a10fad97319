import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDeps, testDeps, testEnv } from '../../shared/testing/harness.ts'
import { startProcess } from '../../shared/testing/processes.ts'

/** What goes wrong inside a process, one after the other, each time it is told to. */
const STUMBLES = `
  const stumbles = [
    () => { Promise.reject(new Error('nobody waits for this')) },
    () => { const until = Date.now() + 2000; while (Date.now() < until); },
    () => { setImmediate(() => { throw new Error('nobody catches this') }) },
  ]
  process.on('SIGUSR2', () => stumbles.shift()())
`

let deps: TestDeps
beforeAll(async () => {
  deps = await testDeps()
})
afterAll(() => deps.close())

it('a promise nobody waits for and a busy thread end nothing; what nobody catches ends the process in order', async () => {
  const preload = ['--import', `data:text/javascript,${encodeURIComponent(STUMBLES)}`]
  const api = await startProcess('api', testEnv(), preload)
  await api.ready()
  const asks = (path: string) => fetch(`${api.url}${path}`).then(({ status }) => status)
  let ended = false
  void api.ended.then(() => {
    ended = true
  })
  for (let n = 0; n < 2; n++) {
    api.signal('SIGUSR2')
    // whoever asks meanwhile waits, and is answered
    const answers = await Promise.all([asks('/livez'), asks('/api/users')])
    expect(answers).toEqual([200, 401])
    await expect.poll(() => asks('/readyz')).toBe(200)
    expect(ended).toBe(false)
  }
  api.signal('SIGUSR2')
  expect(await api.ended).toBe(1)
}, 120_000)
