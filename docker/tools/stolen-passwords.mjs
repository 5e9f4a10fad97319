// Makes shared/users/stolen-passwords.bin from a published list of stolen passwords, the most common first, one a line.
//   node docker/tools/stolen-passwords.mjs LIST
// The present one is from SecLists (github.com/danielmiessler/SecLists, MIT), Passwords/Common-Credentials, the million
// most common of the ten million. Kept are those that are long enough to be chosen here, and the most common short ones,
// which people make long by a year or by marks.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const FILE = fileURLToPath(new URL('../../shared/users/stolen-passwords.bin', import.meta.url))
const LONG_CHARS = 12
const SHORT_CHARS = 5
const SHORT_ONES = 20_000
const KEPT_BYTES = 5

const [from] = process.argv.slice(2)
if (from === undefined) {
  console.error('usage: node docker/tools/stolen-passwords.mjs LIST')
  process.exit(2)
}
const lines = readFileSync(from, 'utf8').split(/\r?\n/)
const kept = lines.filter((line, n) => {
  const { length } = [...line]
  return length >= LONG_CHARS || (n < SHORT_ONES && length >= SHORT_CHARS)
})
const hashes = kept.map((line) =>
  createHash('sha256')
    .update(line.normalize('NFC').toLowerCase())
    .digest('hex')
    .slice(0, KEPT_BYTES * 2),
)
const sorted = [...new Set(hashes)].sort()
writeFileSync(FILE, Buffer.from(sorted.join(''), 'hex'))
console.log(`${sorted.length} of ${lines.length} passwords`)
