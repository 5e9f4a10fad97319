/** The six roles of the clinic. */
export type Role = 'super_admin' | 'admin' | 'doctor' | 'assistant' | 'pharmacist' | 'cashier'

export interface User {
  id: string
  username: string
  name?: string | null
  email?: string | null
  role: Role
}

export interface SignedIn {
  user: User
  mustChangePassword: boolean
}

export interface Session {
  id: string
  current?: boolean
  createdAt: string
  lastSeenAt?: string | null
  address?: string | null
  userAgent?: string | null
}
