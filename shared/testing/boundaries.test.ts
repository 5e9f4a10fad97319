import { describe, expect, it } from 'vitest'
import { impurities, violations } from './boundaries.ts'
import { findCycles, parseSource, readSources } from './imports.ts'

const files = readSources(['api', 'workers', 'shared', 'migrations', 'bench', 'web'])

describe('import rules', () => {
  it('finds the sources', () => expect(files.length).toBeGreaterThan(20))

  it('are kept by every file', () => expect(files.flatMap(violations)).toEqual([]))

  it('keep shapes and rules free of server code', () => expect(impurities(files)).toEqual([]))

  it('allow no cycles', () => expect(findCycles(files).map((cycle) => cycle.join(' → '))).toEqual([]))

  it.each([
    ['web/src/app/a.ts', "import { x } from '../../../shared/patients/repository.ts'"],
    ['api/patients/routes.ts', "import { run } from '../../workers/imports/run.ts'"],
    ['api/patients/routes.ts', "import knexPkg from 'knex'"],
    ['api/patients/routes.ts', "import type { RowDataPacket } from 'mysql2/promise'"],
    ['workers/imports/run.ts', "import { app } from '../../api/app.ts'"],
    ['workers/imports/run.ts', "import Router from '@koa/router'"],
    ['shared/queue/reads.ts', "import {\n  findOne,\n} from '../patients/repository.ts'"],
    ['shared/cache/cache.ts', "import { x } from '../patients/reads.ts'"],
    ['workers/imports/patients/write.ts', "import { x } from '../../../shared/queue/repository.ts'"],
    ['api/http/authenticate.ts', "import { find } from '../../shared/users/repository.ts'"],
    ['shared/patients/commands.ts', "import { Queue } from 'bullmq'"],
    ['shared/patients/commands.ts', "import { testDeps } from '../testing/harness.ts'"],
    ['shared/db/migrate.ts', "const step = await import('../../migrations/001_x.ts')"],
    ['shared/patients/commands.ts', 'const trx = await db.transaction()'],
    ['shared/patients/commands.ts', 'await trx.commit()'],
    ['api/http/deadline.ts', 'const limit = process.env.LIMIT'],
    ['shared/patients/index.ts', "export { x } from './reads.ts'"],
  ])('refuse in %s: %s', (path, text) => {
    expect(violations(parseSource(path, text))).not.toEqual([])
  })

  it.each([
    ['api/patients/routes.ts', "import { find } from '../../shared/patients/repository.ts'"],
    ['shared/queue/commands.ts', "import { find } from '../patients/reads.ts'"],
    ['workers/processors.ts', "const run = () => import('./imports/run.ts')"],
    ['workers/imports/patients/write.ts', "import { words } from '../../../shared/patients/words.ts'"],
    ['api/http/authenticate.ts', "import { find } from '../../shared/users/sessions.ts'"],
    ['api/ops/board.ts', "import { Queue } from 'bullmq'"],
    ['web/src/app/a.ts', "import { patient } from '../../../shared/patients/schema.ts'"],
    ['shared/patients/commands.ts', "// like import { Queue } from 'bullmq' or process.env\n"],
  ])('allow in %s: %s', (path, text) => {
    expect(violations(parseSource(path, text))).toEqual([])
  })

  it('see server code behind a schema, however far', () => {
    const schema = parseSource('shared/a/schema.ts', "import { b } from './b.ts'")
    const behind = (text: string) => parseSource('shared/a/b.ts', text)
    expect(impurities([schema, behind("import knexPkg from 'knex'")])).toHaveLength(1)
    expect(impurities([schema, behind("import type { Knex } from 'knex'")])).toEqual([])
  })

  it('see a cycle, and none where an import is of types only', () => {
    const a = parseSource('shared/a/a.ts', "import { b } from './b.ts'")
    const b = (text: string) => parseSource('shared/a/b.ts', text)
    expect(findCycles([a, b("import { a } from './a.ts'")])).toHaveLength(1)
    expect(findCycles([a, b("import { type A } from './a.ts'")])).toEqual([])
  })
})
