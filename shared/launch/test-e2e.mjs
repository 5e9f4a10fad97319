// npm run test:e2e: browser tests against the whole system. Arguments go to vitest.
import { main } from './env.mjs'
import { finish, runVitest } from './testing.mjs'
import { withWholeSystem } from './whole-system.mjs'

main(async () => {
  const counts = await withWholeSystem('e2e', (env) =>
    runVitest({ args: process.argv.slice(2), env: { ...env, TEST_KIND: 'e2e' } }),
  )
  finish(counts)
})
