import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../shared/errors/app-error.ts'
import { type Command, CommandFailed, readArgs } from './command.ts'
import { runCli } from './run.ts'

let out = ''
let err = ''
beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(console, 'log').mockImplementation((text) => {
    out += `${text}\n`
  })
  vi.spyOn(console, 'error').mockImplementation((text) => {
    err += `${text}\n`
  })
})
afterEach(() => vi.restoreAllMocks())

const commandOf = (run: Command['run']): { command: Command } => ({
  command: { summary: 'does a thing', usage: '<file> [--fast]', run },
})
const table = (run: Command['run']) => ({
  thing: async () => commandOf(run),
  'thing verify': async () => commandOf(async () => 7),
})

describe('the command line', () => {
  it('passes arguments on and ends with the status of the command', async () => {
    let got: string[] = []
    const status = await runCli(
      table(async (args) => {
        got = args
        return 0
      }),
      ['thing', 'a', '--fast'],
    )
    expect([status, got]).toEqual([0, ['a', '--fast']])
  })

  it('prefers the name of two words', async () => {
    expect(
      await runCli(
        table(async () => 0),
        ['thing', 'verify'],
      ),
    ).toBe(7)
  })

  it('explains a command without running it', async () => {
    const run = vi.fn(async () => 0)
    expect(await runCli(table(run), ['thing', '--help'])).toBe(0)
    expect(run).not.toHaveBeenCalled()
    expect(out).toContain('<file> [--fast]')
  })

  it('lists what there is; status 0 only when it was asked for', async () => {
    expect(
      await runCli(
        table(async () => 0),
        ['--help'],
      ),
    ).toBe(0)
    expect(out).toContain('thing verify')
    expect(
      await runCli(
        table(async () => 0),
        [],
      ),
    ).toBe(2)
    expect(
      await runCli(
        table(async () => 0),
        ['toString'],
      ),
    ).toBe(2)
    expect(err).toContain('There is no command toString.')
  })

  it('refuses unknown options and a wrong number of arguments with the usage', async () => {
    const run = async (args: string[]) => {
      readArgs(args, { fast: { type: 'boolean' } }, 1)
      return 0
    }
    expect(await runCli(table(run), ['thing', 'a', '--fast'])).toBe(0)
    expect(await runCli(table(run), ['thing', 'a', '--slow'])).toBe(2)
    expect(await runCli(table(run), ['thing'])).toBe(2)
    expect(err).toContain('usage: npm run cli -- thing')
  })

  it('says what failed, but never repeats the text of a foreign error', async () => {
    const fails = (error: Error) =>
      runCli(
        table(() => Promise.reject(error)),
        ['thing'],
      )
    expect(await fails(new CommandFailed('no such file'))).toBe(1)
    expect(await fails(new AppError('unavailable/database'))).toBe(1)
    expect(await fails(new Error("Duplicate entry '900101-14-5678'"))).toBe(1)
    expect(err).toContain('no such file')
    expect(err).toContain('The database cannot be reached')
    expect(err).not.toContain('900101')
  })
})
