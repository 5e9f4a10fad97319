// npm run check: format, lint and types of everything; all faults are shown, not only the first command's.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { checkNode, main, root } from './env.mjs'
import { ensurePackages } from './install.mjs'
import { run } from './run.mjs'

const bin = (name) => path.join(root, 'node_modules/.bin', name)

main(async () => {
  checkNode()
  await ensurePackages()
  const steps = [
    ['biome', ['check', '.']],
    ['tsc', ['-p', '.', '--noEmit']],
    ...(existsSync(path.join(root, 'web/tsconfig.json')) ? [['tsc', ['-p', 'web']]] : []),
    ['vitest', ['run', 'shared/testing/boundaries.test.ts', '--reporter=dot']],
  ]
  const failed = []
  for (const [name, args] of steps) {
    console.log(`> ${name} ${args.join(' ')}`)
    const env = { ...process.env, TEST_WITHOUT_SERVICES: '1' }
    const { code } = await run(bin(name), args, { mayFail: true, env })
    if (code !== 0) failed.push(`${name} ${args.join(' ')}`)
  }
  if (failed.length > 0) console.log(`check failed: ${failed.join('; ')}`)
  process.exit(failed.length > 0 ? 1 : 0)
})
