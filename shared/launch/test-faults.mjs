// npm run test:faults: full-size fault and concurrency tests. Arguments go to vitest.
import { buildStale } from './building.mjs'
import { checkNode, main } from './env.mjs'
import { ensurePackages } from './install.mjs'
import { onStopSignal } from './signals.mjs'
import { finish, runVitest, vitestEnv, withTestServices } from './testing.mjs'

main(async () => {
  checkNode()
  const stopping = onStopSignal()
  await stopping.during(ensurePackages)
  await stopping.during(() => buildStale({ web: false, tolerant: true }))
  const counts = await withTestServices('faults', (services) => {
    const env = vitestEnv(services, { TEST_KIND: 'faults' })
    return stopping.during(() => runVitest({ args: process.argv.slice(2), env }))
  })
  finish(counts)
})
