// npm run demo -- [--patients N]: believable data for a running system.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { root } from './env.mjs'

const { status } = spawnSync(
  process.execPath,
  [path.join(root, 'shared/launch/cli.mjs'), 'demo', ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exit(status ?? 1)
