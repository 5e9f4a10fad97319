import { z } from 'zod'
import { isSettingName, SETTING_NAMES, SETTINGS, type SettingName, type Settings } from './definitions.ts'
import type { ClinicFileRow, SettingRow } from './repository.ts'
import type { Logo, Setting } from './schema.ts'

/** A stored value that its definition still takes; a definition that changed since makes it the default again. */
function presentValue(name: SettingName, stored: string | undefined): unknown {
  const { schema, default: fallback } = SETTINGS[name]
  if (stored === undefined) return fallback
  const parsed = schema.safeParse(JSON.parse(stored))
  return parsed.success ? parsed.data : fallback
}

/** The words that a value, or each item of a list, must be one of; null where anything fitting goes. */
function choicesOf(schema: z.ZodType): string[] | null {
  if (schema instanceof z.ZodEnum) return schema.options.map(String)
  return schema instanceof z.ZodArray ? choicesOf(schema.element as z.ZodType) : null
}

/** One setting as administrators see it. */
export function viewSetting(
  name: SettingName,
  row: Pick<SettingRow, 'value' | 'version'> | undefined,
): Setting {
  const { group, title, default: fallback } = SETTINGS[name]
  return {
    name,
    group,
    title,
    value: presentValue(name, row?.value),
    default: fallback,
    choices: choicesOf(SETTINGS[name].schema),
    version: row?.version ?? 0,
  }
}

/** All settings in the order of their table. */
export function viewSettings(rows: readonly SettingRow[]): Setting[] {
  const stored = new Map(rows.filter(({ name }) => isSettingName(name)).map((row) => [row.name, row]))
  return SETTING_NAMES.map((name) => viewSetting(name, stored.get(name)))
}

/** Settings as the rules use them. */
export const valuesOf = (settings: readonly Setting[]): Settings =>
  Object.fromEntries(settings.map(({ name, value }) => [name, value])) as Settings

/** The logo as administrators see it. */
export function viewLogo(row: Pick<ClinicFileRow, 'content' | 'media_type' | 'version'> | undefined): Logo {
  if (row === undefined || row.content === '')
    return { image: null, mediaType: null, version: row?.version ?? 0 }
  const { content: image, version } = row
  return { image, mediaType: row.media_type as Logo['mediaType'], version }
}
