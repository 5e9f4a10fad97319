import type { AuditEntry } from '../audit/entry.ts'
import { writeAudit } from '../audit/write.ts'
import { type WriteDeps, writing } from '../cache/writing.ts'
import { isDuplicateKey } from '../db/errors.ts'
import { printableTypeOf } from '../documents/image.ts'
import { AppError } from '../errors/app-error.ts'
import { toSqlUtc } from '../units/clock.ts'
import { isSettingName, SETTINGS } from './definitions.ts'
import { LOGO, SETTINGS_DOMAIN } from './reads.ts'
import { lockClinicFile, lockSetting, storeClinicFile, storeSetting } from './repository.ts'
import type { Logo, LogoChange, Setting, SettingChange } from './schema.ts'
import { viewLogo, viewSetting } from './view.ts'

/**
 * Changes one setting whose version was seen (0 while it has its default). Throws `not-found`, `rule/broken` with
 * what its definition says, `state/version` with the present one.
 */
export async function changeSetting(
  deps: WriteDeps,
  name: string,
  { value, version }: SettingChange,
  who: Omit<AuditEntry, 'action' | 'outcome'>,
): Promise<Setting> {
  if (!isSettingName(name)) throw new AppError('not-found')
  const parsed = SETTINGS[name].schema.safeParse(value)
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({
      path: ['value', ...path.map(String)].join('.'),
      message,
    }))
    throw new AppError('rule/broken', { errors })
  }
  const now = deps.clock.now()
  try {
    return await writing(deps, SETTINGS_DOMAIN, async (trx) => {
      const row = await lockSetting(trx, name)
      const current = viewSetting(name, row)
      if (current.version !== version) throw new AppError('state/version', { extra: { current } })
      const next = { value: JSON.stringify(parsed.data), version: version + 1 }
      const by = who.userId ?? null
      await storeSetting(trx, { name, value: parsed.data, version: next.version, at: toSqlUtc(now), by })
      await writeAudit(
        trx,
        {
          ...who,
          action: 'settings.update',
          entity: 'setting',
          entityId: name.slice(0, 40),
          outcome: 'ok',
          detail: { version: next.version },
        },
        now,
      )
      return { result: viewSetting(name, next) }
    })
  } catch (error) {
    // two first changes at once: the other one was first
    if (isDuplicateKey(error)) throw new AppError('state/version', { cause: error })
    throw error
  }
}

/**
 * Puts a logo at the head of print-outs, or takes it out, where the present one was seen. Throws `rule/broken` for
 * what no document takes as it is, `state/version` with the present one.
 */
export async function changeLogo(
  deps: WriteDeps,
  { image, version }: LogoChange,
  who: Omit<AuditEntry, 'action' | 'outcome'>,
): Promise<Logo> {
  const type = image === null ? 'image/png' : printableTypeOf(image)
  if (type === null)
    throw new AppError('rule/broken', {
      errors: [{ path: 'image', message: 'Must be a JPEG, or a PNG without transparency' }],
    })
  const now = deps.clock.now()
  const by = who.userId ?? null
  try {
    return await writing(deps, SETTINGS_DOMAIN, async (trx) => {
      const current = viewLogo(await lockClinicFile(trx, LOGO))
      if (current.version !== version) throw new AppError('state/version', { extra: { current } })
      const next = { name: LOGO, media_type: type, content: image ?? '', version: version + 1 }
      await storeClinicFile(trx, { ...next, updated_at: toSqlUtc(now), updated_by: by })
      const detail = { version: next.version }
      const entry = {
        ...who,
        action: 'settings.logo',
        entity: 'setting',
        entityId: LOGO,
        outcome: 'ok',
      } as const
      await writeAudit(trx, { ...entry, detail }, now)
      return { result: viewLogo(next) }
    })
  } catch (error) {
    // two first logos at once: the other one was first
    if (isDuplicateKey(error)) throw new AppError('state/version', { cause: error })
    throw error
  }
}
