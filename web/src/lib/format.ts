import i18next from 'i18next'

const USUAL_ZONE = 'Asia/Kuala_Lumpur'

/** The clinic's zone, which the server writes into the page; every time on the page is the clinic's. */
export const CLINIC_ZONE = zoneHere()

function zoneHere(): string {
  const meta = globalThis.document?.querySelector<HTMLMetaElement>('meta[name="clinic-zone"]')
  try {
    return new Intl.DateTimeFormat('en', { timeZone: meta?.content || USUAL_ZONE }).resolvedOptions().timeZone
  } catch {
    // a browser so old that it does not know the zone
    return USUAL_ZONE
  }
}

const locale = (): string => (i18next.language === 'ms' ? 'ms-MY' : 'en-MY')
const formats = new Map<string, Intl.DateTimeFormat>()

function dateFormat(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()} ${name}`
  const found = formats.get(key) ?? new Intl.DateTimeFormat(locale(), options)
  formats.set(key, found)
  return found
}

/** 1,234,567 */
export function formatCount(count: number): string {
  return count.toLocaleString(locale())
}

/** 24/11/2026 for a clinic day `YYYY-MM-DD`; the day itself, never moved by a zone. */
export function formatDay(day: string | null | undefined): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(day ?? '')
  return parts ? `${parts[3]}/${parts[2]}/${parts[1]}` : ''
}

/** `YYYY-MM-DD` of a day typed as DD/MM/YYYY, D.M.YYYY, DDMMYYYY or YYYY-MM-DD; null when it is no real day. */
export function readDay(text: string): string | null {
  const typed = text.trim()
  const local =
    /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$/.exec(typed) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(typed)
  const iso = local
    ? `${local[3]}-${local[2]?.padStart(2, '0')}-${local[1]?.padStart(2, '0')}`
    : /^\d{4}-\d{2}-\d{2}$/.test(typed)
      ? typed
      : null
  if (iso === null) return null
  const atMs = Date.parse(`${iso}T00:00:00Z`)
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(iso) ? iso : null
}

/** `HH:MM` of a time typed as 9, 930, 9.30, 9:30 or 0930; null when it is none. */
export function readTime(text: string): string | null {
  const typed = /^(\d{1,2})(?:[:. ]?([0-5]\d))?$/.exec(text.trim())
  const hour = Number(typed?.[1])
  if (typed === null || hour > 23) return null
  return `${String(hour).padStart(2, '0')}:${typed[2] ?? '00'}`
}

/** 24/11/2026 10:42 in the clinic's zone. */
export function formatMoment(iso: string | null | undefined): string {
  if (!iso) return ''
  const parts = dateFormat('moment', {
    timeZone: CLINIC_ZONE,
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(iso))
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('day')}/${part('month')}/${part('year')} ${part('hour')}:${part('minute')}`
}

/** 10:42 in the clinic's zone. */
export function formatClock(atMs: number): string {
  return dateFormat('clock', {
    timeZone: CLINIC_ZONE,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(atMs))
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB'] as const

/** 12.4 MB */
export function formatBytes(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${value.toLocaleString(locale(), { maximumFractionDigits: value < 10 && power > 0 ? 1 : 0 })} ${BYTE_UNITS[power]}`
}

/** 4:05 or 1:02:07, for a time still to wait or spent. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}

/** The clinic's present day as `YYYY-MM-DD`. */
export function clinicToday(nowMs = Date.now()): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: CLINIC_ZONE }).format(new Date(nowMs))
}

/** Whole years from a clinic day until today in the clinic's zone. */
export function ageYears(bornOn: string | null | undefined, nowMs = Date.now()): number | null {
  if (!bornOn) return null
  const today = clinicToday(nowMs)
  const years = Number(today.slice(0, 4)) - Number(bornOn.slice(0, 4))
  return today.slice(5) < bornOn.slice(5, 10) ? years - 1 : years
}

/** 800527-28-4479 for an NRIC; anything else as it is. */
export function formatIdNumber(type: string | null | undefined, number: string | null | undefined): string {
  if (!number) return ''
  return type === 'NRIC' && /^\d{12}$/.test(number)
    ? `${number.slice(0, 6)}-${number.slice(6, 8)}-${number.slice(8)}`
    : number
}

/** 012-345 6789 for a Malaysian number stored as +60…; other countries as stored. */
export function formatPhone(phone: string | null | undefined): string {
  const local = /^\+60(1\d)(\d{3,4})(\d{4})$/.exec(phone ?? '')
  if (local) return `0${local[1]}-${local[2]} ${local[3]}`
  const fixed = /^\+60(8\d|[3-79])(\d{3,4})(\d{4})$/.exec(phone ?? '')
  return fixed ? `0${fixed[1]}-${fixed[2]} ${fixed[3]}` : (phone ?? '')
}
