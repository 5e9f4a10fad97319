import { readRm, rmOf } from '../billing/amounts.ts'
import type { Panel, PanelInput, PanelKind } from './types.ts'

/** A panel as it is typed; an empty limit is none. */
export interface PanelForm {
  code: string
  name: string
  kind: PanelKind
  percent: string
  copay: string
  visitCap: string
  yearLimit: string
  contact: string
  address: string
  active: boolean
}

export const formOf = (panel: Panel | null): PanelForm => ({
  code: panel?.code ?? '',
  name: panel?.name ?? '',
  kind: panel?.kind ?? 'company',
  percent: panel?.percent ?? '100.00',
  copay: panel?.copay ?? '0.00',
  visitCap: panel?.visitCap ?? '',
  yearLimit: panel?.yearLimit ?? '',
  contact: panel?.contact ?? '',
  address: panel?.address ?? '',
  active: panel?.active ?? true,
})

const CODE = /^[A-Z0-9][A-Z0-9-]{0,19}$/
const WHOLE_PERCENT = 10_000

const codeOf = (form: PanelForm): string => form.code.trim().toUpperCase()
const isAmount = (text: string): boolean => readRm(text) !== null

/** The fields that cannot be sent as they are. */
export function faultsOf(form: PanelForm): (keyof PanelForm)[] {
  const good: Partial<Record<keyof PanelForm, boolean>> = {
    code: CODE.test(codeOf(form)),
    name: form.name.trim() !== '',
    // a percentage of two decimals is written like an amount
    percent: isAmount(form.percent) && (readRm(form.percent) ?? 0) <= WHOLE_PERCENT,
    copay: isAmount(form.copay),
    visitCap: form.visitCap.trim() === '' || isAmount(form.visitCap),
    yearLimit: form.yearLimit.trim() === '' || isAmount(form.yearLimit),
  }
  return (Object.keys(good) as (keyof PanelForm)[]).filter((field) => !good[field])
}

const amountOf = (text: string): string => rmOf(readRm(text) ?? 0)
const limitOf = (text: string): string | null => (text.trim() === '' ? null : amountOf(text))
const textOf = (text: string): string | null => text.trim() || null

/** What is sent of a form without faults. */
export const bodyOf = (form: PanelForm): PanelInput => ({
  code: codeOf(form),
  name: form.name.trim(),
  kind: form.kind,
  percent: amountOf(form.percent),
  copay: amountOf(form.copay),
  visitCap: limitOf(form.visitCap),
  yearLimit: limitOf(form.yearLimit),
  contact: textOf(form.contact),
  address: textOf(form.address),
  active: form.active,
})
