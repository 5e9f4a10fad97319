// npm run bench -- [name]: the benchmarks, on servers of their own.
import { buildStale } from './building.mjs'
import { checkNode, main } from './env.mjs'
import { ensurePackages } from './install.mjs'
import { run } from './run.mjs'
import { onStopSignal } from './signals.mjs'
import { commandEnv } from './system.mjs'
import { withTestServices } from './testing.mjs'

main(async () => {
  checkNode()
  const stopping = onStopSignal()
  await stopping.during(ensurePackages)
  await stopping.during(() => buildStale())
  const { code } = await withTestServices('bench', (services, dir) => {
    const env = commandEnv(services, dir)
    return stopping.during(() =>
      run(process.execPath, ['dist/bench/main.js', ...process.argv.slice(2)], { env, mayFail: true }),
    )
  })
  process.exit(code)
})
