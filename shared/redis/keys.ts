/**
 * Prefix of every Redis key of this installation. The epoch is replaced by every restore of the database,
 * so a restored system never meets yesterday's sessions, jobs, caches or events.
 */
export function redisPrefix(epoch: string): string {
  return `clinic:${epoch}`
}

/** Set while somebody has signed in from an address within the last month. */
export const knownAddressKey = (prefix: string, address: string): string =>
  `${prefix}:known-address:${address}`
