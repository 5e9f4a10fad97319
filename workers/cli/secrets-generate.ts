import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, CommandFailed, EXIT, readArgs } from './command.ts'

const KEY_BYTES = 32
const PASSWORD_BYTES = 24
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

const KEYS = ['DATA_KEY_FILE', 'SIGNING_KEY_FILE'] as const
const PASSWORDS = ['INITIAL_ADMIN_PASSWORD'] as const

/** Makes the keys and the first password that production asks for; nothing that exists is ever replaced. */
export const command: Command = {
  summary:
    'make the keys and the first password that production requires, as files only their owner may read',
  usage: '[--dir secrets]',
  async run(args) {
    const { values } = readArgs(args, { dir: { type: 'string', default: 'secrets' } })
    const dir = resolve(values.dir as string)
    mkdirSync(dir, { recursive: true, mode: FOLDER_MODE })
    const files = [
      ...KEYS.map((name) => ({ name, file: fileOf(dir, name), text: secretKey() })),
      ...PASSWORDS.map((name) => ({ name: `${name}_FILE`, file: fileOf(dir, name), text: password() })),
    ]
    const present = files.filter(({ file }) => existsSync(file))
    if (present.length > 0) {
      throw new CommandFailed(
        `exists already, nothing was written: ${present.map(({ file }) => file).join(', ')}`,
      )
    }
    for (const { file, text } of files) writeFileSync(file, `${text}\n`, { mode: FILE_MODE, flag: 'wx' })
    console.log('# settings for these files:')
    for (const { name, file } of files) console.log(`${name}=${file}`)
    return EXIT.ok
  },
}

const fileOf = (dir: string, name: string) =>
  join(
    dir,
    name
      .toLowerCase()
      .replace(/_file$/, '')
      .replaceAll('_', '-'),
  )
const secretKey = () => randomBytes(KEY_BYTES).toString('base64')
const password = () => randomBytes(PASSWORD_BYTES).toString('base64url')
