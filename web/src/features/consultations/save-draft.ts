import { dropKept, keep, kept } from '../../lib/keep.ts'
import { contentOf, type Form, formOf, type Merge, mergeForm } from './content.ts'
import type { Consultation, Content } from './types.ts'

/** What was typed in this tab and is not with the server yet, with the state it was typed upon. */
interface KeptDraft {
  version: number
  base: Content
  form: Form
}

const nameOf = (id: string): string => `draft.consultation.${id}`

/** Keeps what was typed in this tab, for a reload or a cut line. */
export function keepDraft(base: Consultation, form: Form): void {
  keep(nameOf(base.id), { version: base.version, base: contentOf(base), form } satisfies KeptDraft)
}

export const dropDraft = (id: string): void => dropKept(nameOf(id))

/** The form to begin with: the server's state joined with what was typed here before and never arrived there. */
export function openDraft(now: Consultation): Merge & { restored: boolean } {
  const found = kept<KeptDraft>(nameOf(now.id))?.value
  const present = contentOf(now)
  if (found === undefined) return { form: formOf(present), taken: [], clashing: [], restored: false }
  const merged =
    found.version === now.version
      ? { form: found.form, taken: [], clashing: [] }
      : mergeForm(found.form, found.base, present)
  return { ...merged, restored: true }
}
