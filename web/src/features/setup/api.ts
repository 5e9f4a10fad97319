import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '../../lib/http.ts'
import { changeSetting, fetchSettings, type Setting, settingKeys } from '../settings/api.ts'
import { type Logo, type Part, STEPS, type Step } from './types.ts'

export const SET_UP = 'clinic.setUp'

export const logoKeys = { one: ['logo'] } as const

export const fetchLogo = (signal?: AbortSignal): Promise<Logo> => request('/api/settings/logo', { signal })

/** Puts a logo (base64) in place of the one that was seen; null takes it out. */
export const changeLogo = (image: string | null, version: number): Promise<Logo> =>
  request('/api/settings/logo', { method: 'PUT', body: { image, version } })

/** The clinic's settings as last read; shared with the page of the settings. */
export const useSettings = (enabled = true) =>
  useQuery({ queryKey: settingKeys.all, queryFn: ({ signal }) => fetchSettings(signal), enabled })

/** Which parts of the set-up were gone through. */
export const partsOf = (settings: readonly Setting[] | undefined): readonly Part[] | undefined =>
  settings?.find(({ name }) => name === SET_UP)?.value as readonly Part[] | undefined

/** The step that is next, by what was gone through. */
export const nextStep = (parts: readonly Part[]): Step =>
  STEPS.find((step) => !parts.includes(step)) ?? (STEPS.at(-1) as Step)

/** Writes a part down as gone through; who was quicker with another part is no hindrance. */
export function useMark(): (part: Part) => Promise<void> {
  const queries = useQueryClient()
  return async (part) => {
    const settings = await queries.fetchQuery({
      queryKey: settingKeys.all,
      queryFn: ({ signal }) => fetchSettings(signal),
      staleTime: 0,
    })
    const parts = partsOf(settings) ?? []
    if (parts.includes(part)) return
    const version = settings.find(({ name }) => name === SET_UP)?.version ?? 0
    const next = await changeSetting(SET_UP, [...parts, part], version)
    queries.setQueryData<Setting[]>(settingKeys.all, (known) =>
      known?.map((one) => (one.name === next.name ? next : one)),
    )
  }
}
