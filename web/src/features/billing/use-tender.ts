import { useRef, useState } from 'react'
import { singleKeysOn } from '../../app/single-keys.ts'
import { useDraft } from '../../lib/use-draft.ts'
import { readRm } from './amounts.ts'
import {
  type Due,
  exactSen,
  faultOf,
  METHOD_KEYS,
  type Part,
  type PartFault,
  sumsOf,
  withPart,
} from './desk.ts'
import type { Method } from './types.ts'

const EMPTY = { parts: [] as Part[], method: 'cash' as Method, text: '', reference: '' }

/**
 * What is being put down for a bill. An empty amount means exactly the rest; a smaller one is kept as a part, and what
 * pays the bill off is handed to `onTake`. What was put down outlives a reload.
 */
export function useTender(visitId: string, due: Due, onTake: (parts: Part[]) => void) {
  const draft = useDraft(`tender.${visitId}`, EMPTY)
  const { parts, method, text, reference } = draft.value
  const [fault, setFault] = useState<PartFault | 'amount' | null>(null)
  const amount = useRef<HTMLInputElement>(null)

  const leftSen = sumsOf(parts, due)?.leftSen ?? due.balanceSen
  const isEmpty = text.trim() === ''
  const typedSen = readRm(text)
  const exact = due.isDeposit ? 0 : exactSen(method, leftSen, due.panelSen)
  const sen = isEmpty ? exact : typedSen
  const next: Part | null = sen === null ? null : { method, sen, reference: reference.trim() }
  const nextFault = next === null ? ('amount' as const) : faultOf(parts, next, due)
  const preview = next === null || isEmpty || nextFault !== null ? null : sumsOf(withPart(parts, next), due)

  const change = (part: Partial<typeof EMPTY>): void => {
    setFault(null)
    draft.change(part)
  }
  const choose = (chosen: Method): void => {
    change({ method: chosen })
    amount.current?.focus()
  }
  const take = (): void => {
    // everything was put down already: an empty field adds nothing to it
    const isDone = isEmpty && parts.length > 0 && (due.isDeposit || sumsOf(parts, due)?.settles === true)
    if (!isDone && (next === null || nextFault !== null)) {
      setFault(nextFault)
      return
    }
    const all = isDone || next === null ? parts : withPart(parts, next)
    // the panel pays once; what is left the patient pays
    change({ parts: all, text: '', reference: '', ...(method === 'panel' ? { method: 'cash' } : {}) })
    if (due.isDeposit || sumsOf(all, due)?.settles) onTake(all)
    else amount.current?.focus()
  }
  return {
    parts,
    method,
    text,
    reference,
    fault,
    leftSen,
    exactSen: exact,
    preview,
    amount,
    change,
    choose,
    take,
    /** Adds a note to the cash that was handed over. */
    note: (noteSen: number): void => {
      const sum = (typedSen ?? 0) + noteSen
      change({ text: `${Math.floor(sum / 100)}.${String(sum % 100).padStart(2, '0')}` })
      amount.current?.focus()
    },
    /** A letter in the amount chooses the way to pay; answers whether it did. */
    byKey: (key: string): boolean => {
      const found = singleKeysOn() ? METHOD_KEYS.find((one) => one.key === key.toLowerCase()) : undefined
      if (found === undefined || (found.method === 'panel' && due.panelSen <= 0)) return false
      choose(found.method)
      return true
    },
  }
}
