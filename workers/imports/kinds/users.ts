import { writeAudit } from '../../../shared/audit/write.ts'
import { recordProblem } from '../../../shared/imports/records/problems.ts'
import { USER_RULES } from '../../../shared/imports/records/users.ts'
import type { Role } from '../../../shared/rights/permissions.ts'
import { isAbove } from '../../../shared/rights/rank.ts'
import type { Candidate, Context, Effect, Looking, RecordKind, References } from '../records/kind.ts'
import { valuesOf } from '../records/referred.ts'
import { referredTo } from '../records/used.ts'

const FORBIDDEN_ROLE = recordProblem('role', 'FORBIDDEN_ROLE')
const UNKNOWN_DOCTOR = recordProblem('doctor_code', 'UNKNOWN_DOCTOR')
const DOCTOR_TAKEN = recordProblem('doctor_code', 'DOCTOR_TAKEN')
const CONFLICT = [recordProblem('username', 'CONFLICT')]
/** No password has this hash: nobody signs in before an administrator gave a one-time password. */
const NO_PASSWORD = '!'

/** The role of whoever imports, as it is now; null for the command line, which stands above all roles. */
async function importerRole({ trx, importerId }: Looking): Promise<{ role: Role } | null | undefined> {
  if (importerId === null) return null
  return trx('users').where({ id: importerId, active: 1 }).first('role')
}

async function references(context: Looking, candidates: readonly Candidate[]): Promise<References> {
  const importer = await importerRole(context)
  const mayGive = (role: Role) => importer === null || (importer !== undefined && !isAbove(role, importer))
  const doctors = (await context
    .trx('doctors as d')
    .leftJoin('users as u', 'u.id', 'd.user_id')
    .whereIn('d.code', valuesOf(candidates, 'doctor_code'))
    .forUpdate()
    .select('d.code', 'u.username', 'd.user_id')) as {
    code: string
    username: string | null
    user_id: string | null
  }[]
  const holders = new Map(doctors.map(({ code, username }) => [code, username]))
  return {
    of({ values: { role, doctor_code: code, username } }) {
      const holder = code == null ? null : holders.get(code)
      return {
        problems: [
          ...(role != null && !mayGive(role as Role) ? [FORBIDDEN_ROLE] : []),
          ...(holder === undefined ? [UNKNOWN_DOCTOR] : []),
          ...(holder != null && holder !== username ? [DOCTOR_TAKEN] : []),
        ],
      }
    },
    admit(after, before) {
      // who a user is and what he may is changed by hand, where all that hangs on it is looked after
      if (before !== null) return CONFLICT
      if (after.doctor_code != null) holders.set(after.doctor_code, after.username ?? null)
      return []
    },
  }
}

/** Links doctors to who signs in as them, and says of each new user who made it. */
async function follow({ trx, importerId }: Context, effects: readonly Effect[]): Promise<void> {
  const gone = effects.flatMap(({ id, after }) => (after === null ? [id] : []))
  if (gone.length > 0)
    await trx('doctors')
      .whereIn('user_id', gone)
      .update({ user_id: null, version: trx.raw('version + 1') })
  for (const { id, before, after } of effects) {
    if (before !== null || after === null) continue
    if (after.doctor_code != null)
      await trx('doctors')
        .where({ code: after.doctor_code })
        .whereNull('user_id')
        .update({ user_id: id, version: trx.raw('version + 1') })
    await writeAudit(trx, {
      ...{ userId: importerId, action: 'users.create', entity: 'user', entityId: id, outcome: 'ok' as const },
    })
  }
}

/** Staff: only new people come in this way; nobody is changed by a file. */
export const usersKind: RecordKind = {
  rules: USER_RULES,
  table: 'users',
  key: {
    field: 'username',
    column: 'username',
    perSource: false,
    taken: recordProblem('username', 'DUPLICATE_USERNAME'),
  },
  others: [
    { field: 'email', column: 'email', perSource: false, taken: recordProblem('email', 'DUPLICATE_EMAIL') },
  ],
  columns: [
    { field: 'username', column: 'username', type: 'text' },
    { field: 'name', column: 'name', type: 'text' },
    { field: 'email', column: 'email', type: 'text' },
    { field: 'role', column: 'role', type: 'text' },
  ],
  constants: { password_hash: NO_PASSWORD, must_change_password: '1' },
  hasSource: false,
  times: ['created_at', 'updated_at'],
  domains: ['doctors'],
  references,
  follow,
  used: (trx, ids) => referredTo(trx, 'users', ids, ['doctors']),
}
