// The software bill of materials (CycloneDX 1.5, JSON) of what production runs: the server's packages and those that are
// bundled into the staff page, each with version, licence and checksum.
//   node docker/tools/sbom.mjs [FILE]        to FILE, or to standard output
// Read from package-lock.json and the page's imports, without network, clock or chance: the same sources give the same
// file. The image build puts it beside the compiled code. What the images' own distributions bring is in their package
// databases (`dpkg -l`) and in the scanners that read those.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const NODE_MODULES = 'node_modules/'
/** The compiler comes along as an optional peer, and docker/image/packages.sh takes it out again. */
const TAKEN_OUT = /^(typescript|@typescript\/.*)$/
/** Packages that say nothing in their package.json, by their own LICENSE file. */
const BY_FILE = { 'png-js': 'MIT' }
const IMPORT = /(?:from|import)\s*\(?\s*['"]([^'"./][^'"]*)['"]/g

const nameOf = (place) => place.slice(place.lastIndexOf(NODE_MODULES) + NODE_MODULES.length)
/** `@scope/name/file.css` and `name/file.css` are of the packages `@scope/name` and `name`. */
const packageOf = (wanted) =>
  wanted
    .split('/')
    .slice(0, wanted.startsWith('@') ? 2 : 1)
    .join('/')

/** Where Node looks for a package from a place of the lock file. */
function resolve(packages, from, name) {
  for (let place = from; ; ) {
    const candidate = `${place === '' ? '' : `${place}/`}${NODE_MODULES}${name}`
    if (packages[candidate] !== undefined) return candidate
    if (place === '') return undefined
    const above = place.lastIndexOf(`/${NODE_MODULES}`)
    place = above < 0 ? '' : place.slice(0, above)
  }
}

/** The packages that a page's sources import, without those of tests. */
function importedBy(folder) {
  const files = readdirSync(folder, { recursive: true }).filter(
    (file) => /\.(tsx?|css)$/.test(file) && !/(\.test|testing)\.tsx?$/.test(file),
  )
  const names = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(IMPORT)].map(([, wanted]) => packageOf(wanted)),
  )
  return [...new Set(names)].filter((name) => !name.startsWith('node:') && !name.startsWith('virtual:'))
}

/** A package and all it brings along; `into` collects places of the lock file. */
function collect(packages, place, into) {
  if (place === undefined || into.has(place)) return
  into.add(place)
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = packages[place]
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)
  for (const name of [...Object.keys(dependencies), ...peers])
    collect(packages, resolve(packages, place, name), into)
}

const SPDX = /^[A-Za-z0-9][A-Za-z0-9.-]*$/
function licencesOf(name, { license }) {
  const said = license ?? BY_FILE[name]
  if (said === undefined) return []
  if (SPDX.test(said)) return [{ license: { id: said } }]
  return / (AND|OR|WITH) /.test(said) && !said.startsWith('SEE ')
    ? [{ expression: said }]
    : [{ license: { name: said } }]
}

const refOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`

function component(place, entry, parts) {
  // an alias is the package that it stands for
  const name = entry.name ?? nameOf(place)
  const [group, short] = name.startsWith('@') ? name.split('/') : [undefined, name]
  const [algorithm, sum] = (entry.integrity ?? '').split('-')
  return {
    type: 'library',
    'bom-ref': refOf(name, entry.version),
    ...(group === undefined ? {} : { group }),
    name: short,
    version: entry.version,
    scope: entry.optional ? 'optional' : 'required',
    hashes:
      algorithm === 'sha512' ? [{ alg: 'SHA-512', content: Buffer.from(sum, 'base64').toString('hex') }] : [],
    licenses: licencesOf(name, entry),
    purl: refOf(name, entry.version),
    properties: parts.map((value) => ({ name: 'clinic:part', value })),
  }
}

/** The bill of what `lock` and the page in `webFolder` bring to production. */
export function billOf(lock, webFolder) {
  const { packages } = lock
  const { name, version, license } = packages['']
  const server = new Set(
    Object.entries(packages)
      .filter(([place, entry]) => place !== '' && !entry.dev && !entry.link && !TAKEN_OUT.test(nameOf(place)))
      .map(([place]) => place),
  )
  const page = new Set()
  for (const imported of importedBy(webFolder)) collect(packages, resolve(packages, '', imported), page)
  const byRef = new Map()
  for (const place of [...new Set([...server, ...page])].sort()) {
    const parts = [...(server.has(place) ? ['server'] : []), ...(page.has(place) ? ['page'] : [])]
    const made = component(place, packages[place], parts)
    const before = byRef.get(made['bom-ref'])
    // the same version at two places is one thing
    if (before === undefined) byRef.set(made['bom-ref'], made)
    else
      before.properties = [
        ...new Set([...before.properties, ...made.properties].map(({ value }) => value)),
      ].map((value) => ({ name: 'clinic:part', value }))
  }
  const components = [...byRef.values()]
  const sum = createHash('sha256').update(JSON.stringify(components)).digest('hex')
  const uuid = [
    sum.slice(0, 8),
    sum.slice(8, 12),
    `8${sum.slice(13, 16)}`,
    `8${sum.slice(17, 20)}`,
    sum.slice(20, 32),
  ]
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuid.join('-')}`,
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': refOf(name, version),
        name,
        version,
        licenses: [{ license: { id: license } }],
      },
    },
    components,
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const text = `${JSON.stringify(billOf(lock, join(root, 'web/src')), null, 2)}\n`
  const [file] = process.argv.slice(2)
  if (file === undefined) process.stdout.write(text)
  else writeFileSync(file, text)
}
