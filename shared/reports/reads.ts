import { createHash } from 'node:crypto'
import { z } from 'zod'
import { generationKey, TOKEN_TTL_MS } from '../cache/keys.ts'
import type { Db } from '../db/connect.ts'
import type { Deps } from '../deps.ts'
import { doctorOfUser } from '../doctors/reads.ts'
import { shownDay, textsIn } from '../documents/words.ts'
import { AppError } from '../errors/app-error.ts'
import { clinicNumber } from '../patients/reads.ts'
import type { Principal } from '../rights/permissions.ts'
import { REPORT_RIGHTS, type ReportName, reportRight } from '../rights/results.ts'
import { newId } from '../units/ids.ts'
import { REPORTS } from './registry.ts'
import { REPORT_FORMATS, REPORT_PARAMS, type ReportParams, type ReportRequest } from './schema.ts'

type ReadDeps = Pick<Deps, 'db' | 'cacheRedis' | 'prefix' | 'log'>

/** Whom a report may be about. */
export interface Scope {
  doctorId: string | null
  cashierId: string | null
}

const broken = (path: string, message: string): AppError =>
  new AppError('rule/broken', { errors: [{ path: `params.${path}`, message }] })

/**
 * What of a report somebody may have: all of it, a doctor his own figures, the desk single days, a cashier what he took
 * in himself. Throws `auth/forbidden`, and `rule/broken` where others' figures were asked for. `who` null: the system.
 */
export async function scopeOf(
  deps: ReadDeps,
  who: Principal | null,
  report: ReportName,
  params: ReportParams,
): Promise<Scope> {
  const asked = { doctorId: params.doctorId ?? null, cashierId: params.cashierId ?? null }
  if (who === null) return asked
  const right = reportRight(who, report)
  if (right === undefined) throw new AppError('auth/forbidden')
  if (right === 'reports.day' && params.from !== params.to)
    throw broken('to', 'You may have this report for single days')
  if (right === 'reports.shift') {
    if (asked.cashierId !== null && asked.cashierId !== who.userId)
      throw broken('cashierId', 'You may have your own takings only')
    return { ...asked, cashierId: who.userId }
  }
  if (right !== 'reports.own') return asked
  const own = await doctorOfUser(deps, who.userId)
  if (own === null) throw new AppError('auth/forbidden')
  if (asked.doctorId !== null && asked.doctorId !== own.id)
    throw broken('doctorId', 'You may have your own figures only')
  return { ...asked, doctorId: own.id }
}

const ABOUT = {
  period: { en: '{from} to {to}', ms: '{from} hingga {to}' },
  month: { en: 'Month {month}', ms: 'Bulan {month}' },
  expiring: { en: 'Expiring within {days} days', ms: 'Luput dalam {days} hari' },
  doctor: { en: 'Doctor: {name}', ms: 'Doktor: {name}' },
  cashier: { en: 'Cashier: {name}', ms: 'Juruwang: {name}' },
  panel: { en: 'Panel: {name}', ms: 'Panel: {name}' },
  patient: { en: 'Patient {number}', ms: 'Pesakit {number}' },
} as const

/** What stands below a report's title: its period, and whose figures they are. */
export async function aboutReport(
  db: Db,
  { params, language }: { params: ReportParams; language: 'en' | 'ms' },
  { doctorId, cashierId }: Scope,
): Promise<string[]> {
  const text = textsIn(ABOUT, language)
  const { from, to, month, panelId, patientId, expiringWithinDays: days } = params
  const nameOf = async (table: string, id: string) =>
    String((await db(table).comment('reports.about').where({ id }).first('name'))?.name ?? id)
  const lines: string[] = []
  if (from !== undefined && to !== undefined)
    lines.push(text('period', { from: shownDay(from, language), to: shownDay(to, language) }))
  if (month !== undefined) lines.push(text('month', { month }))
  if (days !== undefined) lines.push(text('expiring', { days: String(days) }))
  if (doctorId !== null) lines.push(text('doctor', { name: await nameOf('doctors', doctorId) }))
  if (cashierId !== null) lines.push(text('cashier', { name: await nameOf('users', cashierId) }))
  if (panelId !== undefined) lines.push(text('panel', { name: await nameOf('panels', panelId) }))
  if (patientId !== undefined) lines.push(text('patient', { number: clinicNumber(patientId) }))
  return lines
}

/** Reports that somebody may ask for, with their parameters as JSON Schema. */
export function catalogFor(who: Principal) {
  const data = (Object.keys(REPORT_RIGHTS) as ReportName[]).flatMap((name) => {
    const right = reportRight(who, name)
    if (right === undefined) return []
    const { title, columns } = REPORTS[name]
    return [
      {
        name,
        title,
        params: z.toJSONSchema(REPORT_PARAMS[name]) as Record<string, unknown>,
        formats: [...REPORT_FORMATS],
        scope: right.slice('reports.'.length),
        columns: columns.map(({ key, title: words, type }) => ({ key, title: words, type })),
      },
    ]
  })
  return { data }
}

/**
 * Name of a question in the state of the data it is asked in: the same name has the same answer. The state is that of
 * the cached lists, which every commit makes old before it is acknowledged. null: it must be worked out.
 */
export async function reuseKeyOf(
  deps: ReadDeps,
  request: ReportRequest,
  scope: Scope,
  today: string,
): Promise<string | null> {
  const { domains } = REPORTS[request.report]
  if (domains === null) return null
  const keys = [...domains, 'settings'].map((domain) => generationKey(deps.prefix, domain))
  try {
    const fresh = deps.cacheRedis.multi()
    for (const key of keys) fresh.set(key, newId(), 'PX', TOKEN_TTL_MS, 'NX')
    await fresh.exec()
    const state = await deps.cacheRedis.mget(...keys)
    if (state.includes(null)) return null
    return createHash('sha256')
      .update(JSON.stringify([request, scope, today, state]))
      .digest('hex')
  } catch {
    return null // without the cache nobody knows what has changed
  }
}
