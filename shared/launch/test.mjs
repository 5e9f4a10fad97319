// npm test: unit, database and API tests on servers of their own. Arguments go to vitest.
import { buildStale } from './building.mjs'
import { checkNode, main } from './env.mjs'
import { ensurePackages } from './install.mjs'
import { onStopSignal } from './signals.mjs'
import { finish, runVitest, vitestEnv, withTestServices } from './testing.mjs'

main(async () => {
  checkNode()
  const stopping = onStopSignal()
  await stopping.during(ensurePackages)
  // Tests spawn the compiled processes; whether the types are right is what `npm run check` says.
  await stopping.during(() => buildStale({ web: false, tolerant: true }))
  const counts = await withTestServices('test', (services) =>
    stopping.during(() => runVitest({ args: process.argv.slice(2), env: vitestEnv(services) })),
  )
  finish(counts)
})
