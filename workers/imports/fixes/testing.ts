import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requestFixes } from '../../../shared/imports/fixes/commands.ts'
import { refusedGroups } from '../../../shared/imports/fixes/reads.ts'
import type { GroupFix } from '../../../shared/imports/fixes/schema.ts'
import { type FixStep, stepsOf } from '../../../shared/imports/fixes/steps.ts'
import { refusedFile } from '../../../shared/imports/refused.ts'
import type { OperationRow } from '../../../shared/operations/repository.ts'
import type { TestDeps } from '../../../shared/testing/harness.ts'
import { newId } from '../../../shared/units/ids.ts'
import type { ImportRig } from '../testing.ts'

/** Mends refused rows in the test's own process. */
export interface FixRig {
  /** Asks for steps without carrying them out. */
  ask(id: string, steps: readonly FixStep[], filePath?: string): Promise<OperationRow>
  /** Asks for fixes of groups, carries them out and answers the record. */
  fix(id: string, fixes: readonly GroupFix[]): Promise<OperationRow>
  /** The file of refused rows as it is downloaded. */
  refusedCsv(id: string): Promise<string>
  /** Sends a mended file back and answers the record. */
  sendMended(id: string, text: string | Buffer): Promise<OperationRow>
  /** Refused rows by cause: `CODE field` → how many. */
  causes(id: string): Promise<Record<string, number>>
}

/** Opens a {@link FixRig}. */
export function fixRig(deps: TestDeps, rig: ImportRig): FixRig {
  const uploads = join(deps.config.DATA_DIR, 'uploads')
  const fixRig: FixRig = {
    async ask(id, steps, filePath) {
      const asked = steps.map((step) => ({ step, ...(filePath === undefined ? {} : { filePath }) }))
      return requestFixes(deps, rig.services.queues, id, { principal: null }, asked)
    },
    async fix(id, fixes) {
      await fixRig.ask(id, stepsOf(fixes))
      await rig.run(id)
      return rig.record(id)
    },
    async refusedCsv(id) {
      let text = ''
      for await (const part of refusedFile(deps, await rig.record(id))) text += part
      return text
    },
    async sendMended(id, text) {
      await mkdir(uploads, { recursive: true })
      const path = join(uploads, newId())
      await writeFile(path, text)
      await fixRig.ask(id, [{ what: 'file' }], path)
      await rig.run(id)
      return rig.record(id)
    },
    async causes(id) {
      const row = await rig.record(id)
      const { groups } = await refusedGroups(deps, row)
      return Object.fromEntries(
        groups.map(({ code, column, count }) => [`${code} ${column ?? ''}`.trim(), count]),
      )
    },
  }
  return fixRig
}

/** That every row read is somewhere. */
export function sumOf(counts: Record<string, number> | null): number {
  const { inserted = 0, updated = 0, unchanged = 0, skipped = 0, rejected = 0 } = counts ?? {}
  return inserted + updated + unchanged + skipped + rejected
}
