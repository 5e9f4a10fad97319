// npm run test:prod: the production configuration without a Docker engine. Arguments go to vitest. Needs apt, because
// nginx, Prometheus and docker-compose are those of Debian (unpacked, never installed).
import { buildStale } from './building.mjs'
import { checkNode, main } from './env.mjs'
import { ensurePackages } from './install.mjs'
import { unpackSet } from './packages.mjs'
import { onStopSignal } from './signals.mjs'
import { finish, runVitest } from './testing.mjs'

main(async () => {
  checkNode()
  const stopping = onStopSignal()
  await stopping.during(ensurePackages)
  await stopping.during(() => buildStale({ tolerant: true }))
  for (const set of ['proxy', 'monitoring', 'compose']) await stopping.during(() => unpackSet(set))
  // each test brings up servers with the production configuration itself
  const env = { ...process.env, NODE_ENV: 'test', TEST_KIND: 'prod', TEST_WITHOUT_SERVICES: '1' }
  finish(await stopping.during(() => runVitest({ args: process.argv.slice(2), env })))
})
