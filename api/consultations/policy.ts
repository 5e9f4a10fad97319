import type { Access } from '../http/route.ts'

/** Who may know that there were consultations: what of them is shown depends on the same rights. */
export const LISTERS: Access = {
  anyOf: ['consultations.view', 'consultations.list', 'consultations.prescription'],
}
/** Who may open one: all of it, or what was ordered. */
export const READERS: Access = { anyOf: ['consultations.view', 'consultations.prescription'] }
/** Who may see notes and how they were before. */
export const NOTES: Access = { anyOf: ['consultations.view'] }
/** Who may write; the commands let only doctors do it, and only their own. */
export const WRITERS: Access = { anyOf: ['consultations.write'] }
/** Who may write templates: doctors, and who keeps the settings the shared ones. */
export const TEMPLATE_WRITERS: Access = { anyOf: ['consultations.write', 'settings.write'] }
