import { z } from 'zod'
import { changeLogo, changeSetting } from '../../shared/settings/commands.ts'
import { getLogo, getSettings } from '../../shared/settings/reads.ts'
import { logo, logoChange, setting, settingChange, settingList } from '../../shared/settings/schema.ts'
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
    route({
      method: 'GET',
      path: '/api/settings/logo',
      tag: 'settings',
      summary: 'The logo at the head of print-outs',
      access: { anyOf: ['settings.view'] },
      limit: 'general',
      cacheControl: 'private-no-cache',
      response: logo,
      handle: () => getLogo(deps),
    }),
    route({
      method: 'PUT',
      path: '/api/settings/logo',
      tag: 'settings',
      summary: 'Put a logo at the head of print-outs, up to 64 kB, or take it out',
      access: { anyOf: ['settings.write'] },
      limit: 'general',
      body: logoChange,
      response: logo,
      handle: async (call) => ({ body: await changeLogo(deps, call.body, whoIs(call)) }),
    }),
  ]
}
