import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { AppError } from '../errors/app-error.ts'
import { createLog } from './log.ts'

/** What a log wrote, each line read as JSON. */
function written(work: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  let text = ''
  const to = new Writable({
    write(part: Buffer, _, done) {
      text += part.toString()
      done()
    },
  })
  work(createLog({ LOG_LEVEL: 'info' }, 'api', to))
  expect(text.endsWith('\n')).toBe(true)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

it('is one JSON object a line, with level, time, service, process and what it is about', () => {
  const lines = written((log) => {
    log.warn({ requestId: 'r-1', route: '/api/patients/{id}', code: 'not-found' }, 'request refused')
    log.child({ operationId: 'o-1' }).info('two\nlines')
    log.debug('below the level')
  })
  const common = { service: 'api', pid: process.pid, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) }
  expect(lines).toEqual([
    {
      ...common,
      level: 'warn',
      msg: 'request refused',
      requestId: 'r-1',
      route: '/api/patients/{id}',
      code: 'not-found',
    },
    { ...common, level: 'info', msg: 'two\nlines', operationId: 'o-1' },
  ])
})

it('keeps of an error where it came from and not what it said, which may quote rows', () => {
  const driver = Object.assign(new Error("Duplicate entry '900101145557' for key 'nric'"), {
    code: 'ER_DUP_ENTRY',
    sql: "insert into patients values ('Aminah')",
  })
  const [line, own] = written((log) => {
    log.error({ err: driver }, 'request failed')
    log.error({ err: new AppError('not-found', { detail: 'Aminah' }) }, 'request refused')
  })
  expect(line?.err).toEqual({
    type: 'Error',
    code: 'ER_DUP_ENTRY',
    stack: expect.stringContaining('log.test.ts'),
  })
  expect(own?.err).toMatchObject({ code: 'not-found', stack: expect.stringMatching(/^not-found\n/) })
  expect(JSON.stringify([line, own])).not.toMatch(/900101145557|Aminah|Duplicate/)
})

it('leaves out passwords, cookies and tokens, should one ever be handed to it', () => {
  const lines = written((log) =>
    log.info({ password: 'p-1', headers: { cookie: 'c-1', authorization: 'a-1' }, kept: 'k-1' }, 'asked'),
  )
  expect(JSON.stringify(lines)).toContain('k-1')
  expect(JSON.stringify(lines)).not.toMatch(/p-1|c-1|a-1/)
})
