import { ROLES } from '../../rights/permissions.ts'
import { canonicalEmail } from '../../units/email.ts'
import { canonicalDoctorCode } from './doctors.ts'
import type { RecordRules } from './row.ts'

const USERNAME = /^[a-z0-9][a-z0-9._-]{1,59}$/
const MAX_NAME = 255

const field = (name: string, required: boolean, format: string, example: string, ...synonyms: string[]) => ({
  ...{ name, required, format, example, synonyms },
})

function canonicalUsername(text: string): string | null {
  const username = text.toLowerCase()
  return USERNAME.test(username) ? username : null
}

function canonicalRole(text: string): string | null {
  const role = text.toLowerCase().replace(/[\s-]+/g, '_')
  return (ROLES as readonly string[]).includes(role) ? role : null
}

/** Staff, without passwords: each gets a one-time password by hand before the first sign-in. */
export const USER_RULES: RecordRules = {
  fields: [
    field(
      'username',
      true,
      '2 to 60 letters, digits, dots, dashes',
      'siti',
      'user name',
      'login',
      'nama pengguna',
    ),
    field('name', true, 'up to 255 characters', 'Siti Aminah', 'full name', 'nama'),
    field('email', true, 'e-mail address', 'siti@clinic.example', 'e-mail', 'emel'),
    field('role', true, ROLES.join(', '), 'assistant', 'peranan'),
    field('doctor_code', false, 'of the doctor who signs in so', 'DR01', 'doctor', 'kod doktor'),
  ],
  leastNeeded: ['username', 'name', 'role'],
  keys: ['username', 'email'],
  read: (row) => ({
    username: row.value('username', canonicalUsername, 'BAD_USERNAME', 'MISSING_USERNAME'),
    name: row.name('name', MAX_NAME),
    email: row.value('email', canonicalEmail, 'BAD_EMAIL'),
    role: row.value('role', canonicalRole, 'BAD_ROLE'),
    doctor_code: row.value('doctor_code', canonicalDoctorCode, 'UNKNOWN_DOCTOR'),
  }),
}
