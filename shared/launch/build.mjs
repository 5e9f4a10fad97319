// npm run build: everything that is stale.

import { buildStale } from './building.mjs'
import { checkNode, main } from './env.mjs'
import { ensurePackages } from './install.mjs'

main(async () => {
  checkNode()
  await ensurePackages()
  await buildStale()
})
