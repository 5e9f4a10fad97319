import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { newIdempotencyKey } from '../../lib/http.ts'
import { HttpError } from '../../lib/problem.ts'
import { queueKeys } from '../queue/api.ts'
import { stockKeys } from '../stock/api.ts'
import { dispensingKeys, type LineStep, moveLine } from './api.ts'
import { isOpen, withLine } from './groups.ts'
import type { DispensingItem } from './types.ts'

/** Why a step was not taken. */
export interface StepFault {
  error: unknown
  /** The line as it is, where somebody else changed it. */
  current: DispensingItem | null
  /** What there is of the medicine, where it is not enough. */
  available: number | null
}

/** Keys of steps that were sent and not answered yet: sent again, they are the same step. */
const keys = new Map<string, string>()

function faultOf(error: unknown, line: DispensingItem): StepFault {
  const problem = error instanceof HttpError && error.status === 409 ? error.problem : {}
  const current = problem.current as DispensingItem | undefined
  const { available } = problem
  return {
    error,
    current: current !== undefined && current.version !== line.version ? current : null,
    available: typeof available === 'number' ? available : null,
  }
}

const isAnswered = (error: unknown): boolean =>
  error instanceof HttpError && error.status !== 0 && error.status < 500

/** Preparing, handing over and bringing back, line by line; a second press while one is on its way does nothing. */
export function useSteps() {
  const queries = useQueryClient()
  const flying = useRef(new Set<string>())
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set())
  const [faults, setFaults] = useState<ReadonlyMap<string, StepFault>>(new Map())

  const show = (next: DispensingItem): void => {
    queries.setQueryData<DispensingItem[]>(
      dispensingKeys.work,
      (lines) => lines && withLine(lines, next).filter(isOpen),
    )
    queries.setQueryData<DispensingItem[]>(
      dispensingKeys.visit(next.visitId),
      (lines) => lines && withLine(lines, next),
    )
  }
  const say = (id: string, fault: StepFault | null): void =>
    setFaults((known) => {
      const next = new Map(known)
      if (fault === null) next.delete(id)
      else next.set(id, fault)
      return next
    })

  const send = async (line: DispensingItem, step: LineStep): Promise<DispensingItem | null> => {
    const name = JSON.stringify([line.id, line.version, step])
    const key = keys.get(name) ?? newIdempotencyKey()
    keys.set(name, key)
    try {
      const next = await moveLine(line, step, key)
      keys.delete(name)
      say(line.id, null)
      show(next)
      return next
    } catch (error) {
      if (isAnswered(error)) keys.delete(name)
      const fault = faultOf(error, line)
      if (fault.current !== null) show(fault.current)
      say(line.id, fault)
      return null
    }
  }

  /** Takes a step; answers the line as it is then, or null when it was refused, which is said at the line. */
  const take = async (line: DispensingItem, step: LineStep): Promise<DispensingItem | null> => {
    if (flying.current.has(line.id)) return null
    flying.current.add(line.id)
    setBusy(new Set(flying.current))
    const next = await send(line, step)
    flying.current.delete(line.id)
    setBusy(new Set(flying.current))
    if (next === null || step.move !== 'prepare') {
      void queries.invalidateQueries({ queryKey: stockKeys.all })
      void queries.invalidateQueries({ queryKey: queueKeys.board })
    }
    return next
  }

  /** Takes the same step with several lines, one after another, up to the first that is refused. */
  const takeAll = async (lines: readonly DispensingItem[], step: LineStep): Promise<boolean> => {
    for (const line of lines) if ((await take(line, step)) === null) return false
    return true
  }
  return { take, takeAll, busy, faults }
}
export type Steps = ReturnType<typeof useSteps>
