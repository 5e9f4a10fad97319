import { readKeys } from '../config/config.ts'
import type { Deps } from '../deps.ts'
import { type SigningKey, signingKeyOf } from './code.ts'
import type { KeyList } from './schema.ts'

const known = new WeakMap<Deps['config'], SigningKey[]>()

/**
 * The keys of `SIGNING_KEY_FILE`, the present one first; behind it those that older certificates were printed with,
 * which stay good as long as their line stays in the file. Read once a process.
 */
export function signingKeys({ config }: Pick<Deps, 'config'>): SigningKey[] {
  const read = known.get(config) ?? readKeys(config, 'SIGNING_KEY_FILE').map(signingKeyOf)
  known.set(config, read)
  return read
}

/** The key that signs now. */
export const presentKey = (deps: Pick<Deps, 'config'>): SigningKey => signingKeys(deps)[0] as SigningKey

/** The public halves, for whoever wants to verify without asking us. */
export const publicKeys = (deps: Pick<Deps, 'config'>): KeyList => ({
  data: signingKeys(deps).map(({ id, public: key }, at) => ({
    id,
    algorithm: 'Ed25519',
    publicKey: key.export({ type: 'spki', format: 'pem' }).toString(),
    current: at === 0,
  })),
})
