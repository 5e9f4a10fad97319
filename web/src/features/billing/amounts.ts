import { rmOf, senOf } from '../../../../shared/billing/rules.ts'

export { rmOf, senOf }

const TYPED = /^([0-9]{1,6})(?:[.,]([0-9]{1,2}))?$/
const SEN = 100

/** An amount as it is typed (`45`, `45.5`, `45,50`) in sen; null when it is none. */
export function readRm(text: string): number | null {
  const typed = TYPED.exec(text.trim())
  return typed ? Number(typed[1]) * SEN + Number((typed[2] ?? '').padEnd(2, '0')) : null
}

/** `RM 1,234.50` of an amount as the wire has it, which no line break tears apart. */
export function formatRm(rm: string): string {
  const [, sign = '', ringgit = '', sen = '00'] = /^(-?)(\d+)\.(\d{2})$/.exec(rm) ?? []
  return `${sign === '' ? '' : '−'}RM\u00a0${ringgit.replace(/\B(?=(\d{3})+$)/g, ',')}.${sen}`
}

/** The same of sen. */
export const formatSen = (sen: number): string => formatRm(rmOf(sen))
