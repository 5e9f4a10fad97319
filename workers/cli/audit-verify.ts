import { verifyAudit } from '../../shared/audit/verify.ts'
import { type Command, EXIT, readArgs } from './command.ts'
import { withDeps } from './context.ts'
import { progressBar } from './progress-bar.ts'

/** Proves that no audit entry was changed, removed or left unsealed. */
export const command: Command = {
  summary: 'check the chain of seals over the audit; fails on any entry changed, missing or unsealed',
  usage: '',
  async run(args) {
    readArgs(args, {})
    const bar = progressBar('entries')
    const verdict = await withDeps((deps) =>
      verifyAudit(deps, ({ entries, total }) => bar.to(entries, Math.max(entries, total))),
    )
    bar.end()
    console.log(`${verdict.entries} entries in ${verdict.seals} seals; last seal ${verdict.lastHash}`)
    if (verdict.fault !== undefined) {
      const { what, sealId, entryId } = verdict.fault
      console.error(`NOT INTACT: ${what} (seal ${sealId ?? '-'}, entry ${entryId ?? '-'})`)
      return EXIT.failed
    }
    console.log('intact')
    return EXIT.ok
  },
}
