import { readFileSync } from 'node:fs'
import {
  decodeCertificate,
  type PublicKey,
  publicKeyOf,
  signingKeyOf,
} from '../../shared/certificates/code.ts'
import { loadConfig, readKeys } from '../../shared/config/config.ts'
import { type Command, CommandFailed, EXIT, readArgs } from './command.ts'

const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g

/** Every public key of a file: PEM texts, also inside the answer of `/api/verify/keys`. */
function keysOfFile(path: string): PublicKey[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8').replaceAll('\\n', '\n')
  } catch {
    throw new CommandFailed(`there is no file ${path} to read`)
  }
  const keys = (text.match(PEM) ?? []).map(publicKeyOf)
  if (keys.length === 0) throw new CommandFailed(`${path} has no public key in it`)
  return keys
}

/** Proves a certificate by its code alone: no database, no network. Whether it is void since, only the clinic knows. */
export const command: Command = {
  summary: 'prove the code of a certificate, or the address in its QR code, without server or network',
  usage: '<code> [--keys <file with the public keys>]',
  async run(args) {
    const { values, positionals } = readArgs(args, { keys: { type: 'string' } }, 1)
    const code = (positionals[0] ?? '').split('/').at(-1) ?? ''
    const keys =
      values.keys === undefined
        ? readKeys(loadConfig(), 'SIGNING_KEY_FILE').map(signingKeyOf)
        : keysOfFile(values.keys)
    const claims = decodeCertificate(code, keys)
    if (claims === null) {
      console.error('NOT GENUINE: no key given here has signed this')
      return EXIT.failed
    }
    console.log(`genuine, signed with key ${claims.keyId}`)
    const { number, from, to, issuedOn, doctorMmc, patient } = claims
    console.log(`${number}: ${patient}, ${from} to ${to}, issued ${issuedOn} by MMC ${doctorMmc}`)
    console.log('whether it was made void since, only the clinic can say')
    return EXIT.ok
  },
}
