import { isIP } from 'node:net'

type Family = 4 | 6
const BITS: Readonly<Record<Family, number>> = { 4: 32, 6: 128 }
const GROUPS = 8
const GROUP_BITS = 16n
const BYTE_BITS = 8n
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const CIDR = /^([0-9a-fA-F.:]{2,45})(?:\/(\d{1,3}))?$/

interface Address {
  family: Family
  bits: bigint
}

/** A range of addresses: all that share the first `prefix` bits. */
export interface Network extends Address {
  prefix: number
  /** The one way to write it: `10.0.0.0/8`, `2001:db8::/32`; without length for a single address. */
  text: string
}

/** IPv6 as browsers write it, which is the shortest form. */
const shortest = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1)

function bits6(address: string): bigint {
  const [head = '', tail] = shortest(address).split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const middle = Array<string>(tail === undefined ? 0 : GROUPS - before.length - after.length).fill('0')
  return [...before, ...middle, ...after].reduce(
    (sum, group) => (sum << GROUP_BITS) | BigInt(`0x${group}`),
    0n,
  )
}

const bits4 = (address: string): bigint =>
  address.split('.').reduce((sum, byte) => (sum << BYTE_BITS) | BigInt(byte), 0n)

/** An address as a number; null when the text is none. IPv4 written as IPv6 is IPv4. */
function parseAddress(text: string): Address | null {
  const plain = MAPPED.exec(text)?.[1] ?? text
  const family = isIP(plain)
  if (family === 4) return { family, bits: bits4(plain) }
  return family === 6 ? { family, bits: bits6(plain) } : null
}

const GROUP_MASK = 0xffffn
const BYTE_MASK = 0xffn

function textOf({ family, bits }: Address): string {
  const unit = family === 4 ? BYTE_BITS : GROUP_BITS
  const mask = family === 4 ? BYTE_MASK : GROUP_MASK
  const parts: bigint[] = []
  for (let at = BigInt(BITS[family]) - unit; at >= 0n; at -= unit) parts.push((bits >> at) & mask)
  return family === 4 ? parts.join('.') : shortest(parts.map((part) => part.toString(16)).join(':'))
}

const head = ({ family, bits }: Address, prefix: number): bigint => bits >> BigInt(BITS[family] - prefix)

/** Reads an address or a range (`a.b.c.d/n`), host bits cleared; null when the text is neither. */
export function parseNetwork(text: string): Network | null {
  const [, base, length] = CIDR.exec(text.trim()) ?? []
  const address = base === undefined ? null : parseAddress(base)
  if (address === null) return null
  const { family } = address
  const prefix = length === undefined ? BITS[family] : Number(length)
  if (prefix > BITS[family]) return null
  const bits = head(address, prefix) << BigInt(BITS[family] - prefix)
  const start = textOf({ family, bits })
  return { family, bits, prefix, text: prefix === BITS[family] ? start : `${start}/${prefix}` }
}

/** Whether two ranges have an address in common. */
export function overlap(a: Network, b: Network): boolean {
  const prefix = Math.min(a.prefix, b.prefix)
  return a.family === b.family && head(a, prefix) === head(b, prefix)
}

/** What one client may be taken for: IPv6 gives each household a /64 of its own, so a single address says nothing. */
export const clientNetwork = (address: string): Network | null =>
  parseNetwork(isIP(address) === 6 && !MAPPED.test(address) ? `${address}/64` : address)

const LOOPBACK = ['127.0.0.0/8', '::1'].map((text) => parseNetwork(text) as Network)

/** Whether a range holds this machine's own addresses, which nobody shuts out. */
export const holdsLoopback = (network: Network): boolean => LOOPBACK.some((own) => overlap(own, network))

/** Ranges with what belongs to each, asked by address: the cost grows with the different lengths, not with the ranges. */
export class NetworkMap<T> {
  readonly #lengths: Record<Family, number[]> = { 4: [], 6: [] }
  readonly #values = new Map<string, T>()

  constructor(entries: Iterable<readonly [Network, T]>) {
    for (const [network, value] of entries) {
      const lengths = this.#lengths[network.family]
      if (!lengths.includes(network.prefix)) lengths.push(network.prefix)
      this.#values.set(NetworkMap.#key(network, network.prefix), value)
    }
  }

  static #key(address: Address, prefix: number): string {
    return `${address.family}/${prefix}/${head(address, prefix).toString(36)}`
  }

  /** What belongs to the ranges that hold this address. */
  *of(text: string): Generator<T> {
    if (this.#values.size === 0) return
    const address = parseAddress(text)
    if (address === null) return
    for (const prefix of this.#lengths[address.family]) {
      const found = this.#values.get(NetworkMap.#key(address, prefix))
      if (found !== undefined) yield found
    }
  }
}
