import { describe, expect, it } from 'vitest'
import { ROOT, read } from './testing.ts'

interface Component {
  group?: string
  name: string
  version: string
  scope: string
  purl: string
  'bom-ref': string
  hashes: { alg: string; content: string }[]
  licenses: { license?: { id?: string; name?: string }; expression?: string }[]
  properties: { name: string; value: string }[]
}
interface Bill {
  bomFormat: string
  specVersion: string
  serialNumber: string
  metadata: { component: { name: string; version: string } }
  components: Component[]
}
interface Lock {
  packages: Record<string, { version?: string; dev?: boolean }>
}

const { billOf } = (await import(new URL('./tools/sbom.mjs', import.meta.url).href)) as {
  billOf(lock: Lock, webFolder: string): Bill
}
const lock = JSON.parse(read('package-lock.json')) as Lock
const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>
const bill = billOf(lock, `${ROOT}web/src`)
const named = (name: string) =>
  bill.components.filter((one) => [one.group, one.name].filter(Boolean).join('/') === name)
const partsOf = (name: string) =>
  named(name).flatMap(({ properties }) => properties.map(({ value }) => value))

/** What may be in something that is handed out under Apache-2.0: nothing that reaches out to our own code. */
const LICENCES = [
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'OFL-1.1',
  '(MIT OR CC0-1.0)',
  // a dual licence that says so in words: dejavu-fonts-ttf, Bitstream Vera and public domain
  'SEE LICENSE IN README.md AND LICENSE',
]

describe('the bill of materials', () => {
  it('lists every package of production in its locked version, with its checksum', () => {
    for (const [name, version] of Object.entries(dependencies ?? {})) {
      expect(
        named(name).map((one) => one.version),
        name,
      ).toContain(version)
      expect(partsOf(name), name).toContain('server')
    }
    for (const { purl, hashes, scope } of bill.components) {
      expect(hashes, purl).toEqual([{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }])
      expect(['required', 'optional'], purl).toContain(scope)
    }
    const refs = bill.components.map((one) => one['bom-ref'])
    expect(new Set(refs).size).toBe(refs.length)
    expect(refs.length).toBeGreaterThan(Object.keys(dependencies ?? {}).length * 2)
  })

  it('lists what is bundled into the staff page, and nothing that only builds or tests', () => {
    for (const name of [
      'react',
      'react-dom',
      'react-router',
      '@mantine/core',
      '@tanstack/react-query',
      'i18next',
    ])
      expect(partsOf(name), name).toContain('page')
    const shipped = Object.keys(devDependencies ?? {}).filter((name) => named(name).length > 0)
    for (const name of [
      'vitest',
      'vite',
      'typescript',
      '@biomejs/biome',
      'playwright-core',
      'axe-core',
      'exceljs',
    ])
      expect(shipped).not.toContain(name)
    for (const name of shipped) expect(partsOf(name), name).not.toEqual([])
  })

  it('names a licence of each that goes with ours', () => {
    const of = ({ licenses }: Component) =>
      licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '')
    const others = bill.components.filter(
      (one) => of(one).length === 0 || of(one).some((it) => !LICENCES.includes(it)),
    )
    expect(others.map((one) => [one.purl, ...of(one)])).toEqual([])
  })

  it('is CycloneDX, the same for the same sources, and goes into the image', () => {
    expect([bill.bomFormat, bill.specVersion]).toEqual(['CycloneDX', '1.5'])
    expect(bill.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(bill.metadata.component.name).toBe('clinic')
    expect(billOf(lock, `${ROOT}web/src`)).toEqual(bill)
    const other = structuredClone(lock)
    Object.assign(other.packages['node_modules/koa'] as object, { version: '99.0.0' })
    expect(billOf(other, `${ROOT}web/src`).serialNumber).not.toBe(bill.serialNumber)
    expect(read('docker/image/build.sh')).toContain('node docker/tools/sbom.mjs dist/sbom.cdx.json')
  })
})
