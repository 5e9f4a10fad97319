import { writeAudit } from '../../audit/write.ts'
import type { Db, Knex } from '../../db/connect.ts'
import { isDuplicateKey } from '../../db/errors.ts'
import { inTransaction, reading } from '../../db/transaction.ts'
import { doctorOfUser } from '../../doctors/reads.ts'
import { AppError } from '../../errors/app-error.ts'
import type { Principal } from '../../rights/permissions.ts'
import { toSqlUtc } from '../../units/clock.ts'
import { isRowId } from '../../units/ids.ts'
import { type ConsultationWriteDeps, type Who, writingDoctor } from '../domain.ts'
import type { Template, TemplateChanges, TemplateInput } from './schema.ts'

type Deps = ConsultationWriteDeps

interface TemplateRow {
  id: string
  doctor_id: string | null
  name: string
  subjective: string
  objective: string
  assessment: string
  plan: string
  created_by: string
  version: number
}

const COLUMNS = [
  'id',
  'doctor_id',
  'name',
  'subjective',
  'objective',
  'assessment',
  'plan',
  'created_by',
  'version',
] as const satisfies readonly (keyof TemplateRow)[]

/** More than anybody looks through: bounds the list. */
const MOST = 500

/** Who asks: the person, and the doctor he is, if any. */
interface Asker {
  principal: Principal
  doctorId: string | null
}

const askerOf = async (deps: Deps, principal: Principal): Promise<Asker> => ({
  principal,
  doctorId: (await doctorOfUser(deps, principal.userId))?.id ?? null,
})

/** One's own, and of the shared ones those that one has made; whoever keeps the settings keeps all shared ones. */
const mayChange = (row: Pick<TemplateRow, 'doctor_id' | 'created_by'>, { principal }: Asker): boolean =>
  row.created_by === principal.userId ||
  (row.doctor_id === null && principal.permissions.has('settings.write'))

const view = (row: TemplateRow, asker: Asker): Template => ({
  id: row.id,
  name: row.name,
  shared: row.doctor_id === null,
  subjective: row.subjective,
  objective: row.objective,
  assessment: row.assessment,
  plan: row.plan,
  mayChange: mayChange(row, asker),
  version: row.version,
})

/** What somebody sees: the shared ones and his own. */
const visible = (db: Db, name: string, { doctorId }: Asker): Knex.QueryBuilder =>
  db('note_templates')
    .comment(`consultations.templates-${name}`)
    .whereIn('owner', doctorId === null ? ['0'] : ['0', doctorId])

/** Templates that somebody may use, his own first, by name. */
export async function listTemplates(deps: Deps, principal: Principal): Promise<{ data: Template[] }> {
  const asker = await askerOf(deps, principal)
  const query = visible(deps.db, 'list', asker)
  const order = [{ column: 'owner', order: 'desc' as const }, { column: 'name' }]
  const rows = (await reading(query.orderBy(order).limit(MOST).select(COLUMNS))) as TemplateRow[]
  return { data: rows.map((row) => view(row, asker)) }
}

const entry = (who: Who, action: string, id: string) =>
  ({ ...who, action: `templates.${action}`, entity: 'note-template', entityId: id, outcome: 'ok' }) as const

/** Runs a write and names the template that has the name already. */
async function unlessTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
    const errors = [{ path: 'name', message: 'There is a template of this name' }]
    throw new AppError('state/duplicate', { errors })
  }
}

/** Adds a template of one's own, or a shared one. Throws `state/duplicate`, `auth/forbidden` for an own one of no doctor. */
export async function addTemplate(
  deps: Deps,
  { shared, ...written }: TemplateInput,
  principal: Principal,
  who: Who,
): Promise<Template> {
  const asker = await askerOf(deps, principal)
  const doctor_id = shared ? null : (await writingDoctor(deps, who)).id
  const now = deps.clock.now()
  const row = { ...written, doctor_id, created_by: principal.userId }
  const at = toSqlUtc(now)
  const id = await unlessTaken(
    inTransaction(deps.db, async (trx) => {
      const [made] = await trx('note_templates')
        .comment('consultations.templates-insert')
        .insert({ ...row, created_at: at, updated_at: at })
      await writeAudit(trx, entry(who, 'create', String(made)), now)
      return String(made)
    }),
  )
  return view({ ...row, id, version: 1 }, asker)
}

/** A template under its lock that the asker may change. Throws `not-found`, `auth/forbidden`. */
async function holdOwn(trx: Knex.Transaction, id: string, asker: Asker): Promise<TemplateRow> {
  const query = visible(trx, 'hold', asker).where({ id }).forUpdate()
  const row = isRowId(id) ? ((await query.first(COLUMNS)) as TemplateRow | undefined) : undefined
  if (row === undefined) throw new AppError('not-found')
  if (!mayChange(row, asker)) throw new AppError('auth/forbidden')
  return row
}

/** Changes a template whose version was seen. Throws as {@link addTemplate}, `not-found`, `state/version`. */
export async function changeTemplate(
  deps: Deps,
  id: string,
  seen: number,
  changes: Omit<TemplateChanges, 'version'>,
  principal: Principal,
  who: Who,
): Promise<Template> {
  const asker = await askerOf(deps, principal)
  const now = deps.clock.now()
  return unlessTaken(
    inTransaction(deps.db, async (trx) => {
      const row = await holdOwn(trx, id, asker)
      if (row.version !== seen) throw new AppError('state/version', { extra: { current: view(row, asker) } })
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      const after: TemplateRow = { ...row, ...Object.fromEntries(given), version: row.version + 1 }
      await trx('note_templates')
        .comment('consultations.templates-update')
        .where({ id })
        .update({ ...Object.fromEntries(given), version: after.version, updated_at: toSqlUtc(now) })
      await writeAudit(trx, entry(who, 'update', id), now)
      return view(after, asker)
    }),
  )
}

/** Deletes a template: notes made from it are whole by themselves. Throws `not-found`, `auth/forbidden`. */
export async function deleteTemplate(deps: Deps, id: string, principal: Principal, who: Who): Promise<void> {
  const asker = await askerOf(deps, principal)
  await inTransaction(deps.db, async (trx) => {
    await holdOwn(trx, id, asker)
    await trx('note_templates').comment('consultations.templates-delete').where({ id }).delete()
    await writeAudit(trx, entry(who, 'delete', id), deps.clock.now())
  })
}
