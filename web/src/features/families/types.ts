import type { z } from 'zod'
import type { familyInput } from '../../../../shared/families/schema.ts'

export { type Family, type FamilyMade, RELATIONS, type Relation } from '../../../../shared/families/schema.ts'
export type FamilyInput = z.input<typeof familyInput>
