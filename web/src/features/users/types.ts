import type { z } from 'zod'
import type { newUserBody, staffView, userPatchBody } from '../../../../shared/users/schema.ts'

export type { Permission, Role } from '../../../../shared/rights/permissions.ts'
export { PERMISSIONS, ROLE_PERMISSIONS, ROLES } from '../../../../shared/rights/permissions.ts'

export type Staff = z.infer<typeof staffView>
export type NewUser = z.input<typeof newUserBody>
export type UserChanges = z.input<typeof userPatchBody>

/** A password that works once, shown once. */
export interface OneTime {
  username: string
  password: string
}
