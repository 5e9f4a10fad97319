import { expect, it } from 'vitest'
import { parseSource, readSources } from './imports.ts'
import { builtStatements, PUT_TOGETHER } from './statements.ts'

const files = readSources(['api', 'workers', 'shared'])

it('every statement of the product is one text with bound values, or was looked at', () => {
  expect(files.flatMap(builtStatements)).toEqual([])
})

it('no file is excused that is gone or needs it no more', () => {
  const needed = files
    .map(({ path, text }) => parseSource(`other/${path}`, text))
    .filter((file) => builtStatements(file).length > 0)
    .map(({ path }) => path.slice('other/'.length))
  expect(needed.sort()).toEqual([...PUT_TOGETHER].sort())
})

const PART = '$' + '{name}'

it.each([
  [`db.raw(\`select ${PART} from t\`)`, 1],
  ["db.raw('select ' + name)", 1],
  [`query.whereRaw(\n  \`a = ${PART}\`)`, 1],
  ['db.raw(sql + tail)', 1],
  ["db.raw('select ? from t', [name])", 0],
  ['db.raw(`select ? from t`, [name])', 0],
])('sees it: %s', (text, faults) => {
  expect(builtStatements(parseSource('shared/x/repository.ts', text))).toHaveLength(faults)
})
