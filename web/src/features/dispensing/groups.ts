import type { DispensingItem } from './types.ts'

/** The open lines of one visit. */
export interface VisitGroup {
  visitId: string
  patient: DispensingItem['patient']
  ticket: DispensingItem['ticket']
  lines: DispensingItem[]
}

/** The lines by visit, in the order of the first line of each. */
export function byVisit(lines: readonly DispensingItem[]): VisitGroup[] {
  const groups = new Map<string, VisitGroup>()
  for (const line of lines) {
    const { visitId, patient, ticket } = line
    const group = groups.get(visitId) ?? { visitId, patient, ticket, lines: [] }
    group.lines.push(line)
    groups.set(visitId, group)
  }
  return [...groups.values()]
}

/** Those whose ticket stands at the dispensary first, then those who are somewhere else or went home. */
export function inOrder(groups: readonly VisitGroup[]): { here: VisitGroup[]; elsewhere: VisitGroup[] } {
  const isHere = ({ ticket }: VisitGroup): boolean => ticket?.status === 'dispensing'
  return { here: groups.filter(isHere), elsewhere: groups.filter((group) => !isHere(group)) }
}

export const isOpen = ({ status }: Pick<DispensingItem, 'status'>): boolean =>
  status === 'ordered' || status === 'prepared'

/** A list of lines with one as it is now; a newer one stays, and all of its ticket follow where it went. */
export function withLine(lines: readonly DispensingItem[], next: DispensingItem): DispensingItem[] {
  return lines.map((line) => {
    if (line.id === next.id) return line.version > next.version ? line : next
    return line.ticket !== null && line.ticket.id === next.ticket?.id
      ? { ...line, ticket: next.ticket }
      : line
  })
}
