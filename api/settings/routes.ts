import { z } from 'zod'
import { changeSetting } from '../../shared/settings/commands.ts'
import { getSettings } from '../../shared/settings/reads.ts'
import { setting, settingChange, settingList } from '../../shared/settings/schema.ts'
import { type Route, route } from '../http/route.ts'
import { whoIs } from '../http/who.ts'
import type { ApiServices } from '../services.ts'

const MAX_NAME_CHARS = 64
const byName = z.strictObject({ name: z.string().max(MAX_NAME_CHARS) })

/** The clinic's settings, for administrators. */
export function settingsRoutes({ deps }: Pick<ApiServices, 'deps'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/settings',
      tag: 'settings',
      summary: 'All settings with their values and defaults',
      access: { anyOf: ['settings.view'] },
      limit: 'general',
      cacheControl: 'private-no-cache',
      response: settingList,
      handle: () => getSettings(deps),
    }),
    route({
      method: 'PATCH',
      path: '/api/settings/:name',
      tag: 'settings',
      summary: 'Give a setting a value',
      access: { anyOf: ['settings.write'] },
      limit: 'general',
      params: byName,
      body: settingChange,
      response: setting,
      handle: async (call) => ({ body: await changeSetting(deps, call.params.name, call.body, whoIs(call)) }),
    }),
  ]
}
