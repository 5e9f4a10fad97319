// npm run screenshots: every screen into screenshots/. Arguments go to web/e2e/screenshots.mjs.
import { main } from './env.mjs'
import { run } from './run.mjs'
import { withWholeSystem } from './whole-system.mjs'

main(async () => {
  await withWholeSystem('screenshots', (env) =>
    run(process.execPath, ['web/e2e/screenshots.mjs', ...process.argv.slice(2)], { env }),
  )
  process.exit(0)
})
