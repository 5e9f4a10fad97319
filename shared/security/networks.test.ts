import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientNetwork, holdsLoopback, NetworkMap, overlap, parseNetwork } from './networks.ts'

describe('networks', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3/32', '10.1.2.3'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8:0:0:1::5', '2001:db8::1:0:0:5'],
    ['2001:db8:ffff::1/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::1', '::1'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    [' 10.1.2.3 ', '10.1.2.3'],
  ])('%s is %s', (text, canonical) => expect(parseNetwork(text)?.text).toBe(canonical))

  it.each([
    '',
    'x',
    '10.1.2',
    '10.1.2.3/33',
    '::/129',
    '10.1.2.3/-1',
    'fe80::1%eth0',
    '1.2.3.4/',
    '010.1.2.3',
  ])('%j is none', (text) => expect(parseNetwork(text)).toBeNull())

  it('tell what they share, and whether this machine is among them', () => {
    const of = (text: string) => parseNetwork(text) ?? expect.fail(text)
    expect(overlap(of('10.0.0.0/8'), of('10.9.0.0/16'))).toBe(true)
    expect(overlap(of('10.0.0.0/8'), of('11.0.0.1'))).toBe(false)
    expect(overlap(of('::/0'), of('10.0.0.1'))).toBe(false)
    for (const text of ['127.0.0.5', '0.0.0.0/0', '::1', '::/64'])
      expect(holdsLoopback(of(text)), text).toBe(true)
    expect(holdsLoopback(of('128.0.0.0/8'))).toBe(false)
    expect(clientNetwork('2001:db8:1:2:3::4')?.text).toBe('2001:db8:1:2::/64')
    expect(clientNetwork('10.1.2.3')?.text).toBe('10.1.2.3')
  })

  it('finds an address in the same ranges as the system does', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6())
    const range = address.chain((text) =>
      fc.integer({ min: 0, max: text.includes(':') ? 128 : 32 }).map((prefix) => `${text}/${prefix}`),
    )
    fc.assert(
      fc.property(fc.array(range, { maxLength: 5 }), address, (ranges, asked) => {
        const networks = ranges.flatMap((text) => parseNetwork(text) ?? [])
        const found = [...new NetworkMap(networks.map((each) => [each, each.text])).of(asked)]
        const expected = networks.filter(({ text, prefix, family }) => {
          const list = new BlockList()
          list.addSubnet(text.split('/')[0] as string, prefix, family === 4 ? 'ipv4' : 'ipv6')
          return (asked.includes(':') ? 6 : 4) === family && list.check(asked, family === 4 ? 'ipv4' : 'ipv6')
        })
        expect(new Set(found)).toEqual(new Set(expected.map(({ text }) => text)))
      }),
      { numRuns: 300 },
    )
  })
})
