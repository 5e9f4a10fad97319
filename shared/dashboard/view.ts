import { rmOf } from '../medications/rules.ts'
import { STATUSES, type Status } from '../queue/rules.ts'
import type { FigureSum } from './repository.ts'
import { type Measure, quantileOf } from './rules.ts'
import type { Dashboard } from './schema.ts'

const NO_DOCTOR = '0'
const MEDIAN = 0.5
const NINE_TENTHS = 0.9
/** How many medicines and diagnoses a day shows. */
const TOP = 10

const sumOf = (rows: readonly FigureSum[]): number => rows.reduce((sum, { value }) => sum + Number(value), 0)

/** Sums by a key of the rows. */
function sumBy(rows: readonly FigureSum[], key: (row: FigureSum) => string): Map<string, number> {
  const sums = new Map<string, number>()
  for (const row of rows) sums.set(key(row), (sums.get(key(row)) ?? 0) + Number(row.value))
  return sums
}

const byPart = (rows: readonly FigureSum[]) => sumBy(rows, ({ part }) => part)

/** The most of something first, equal ones in the order of their names. */
const mostFirst = (sums: ReadonlyMap<string, number>): [string, number][] =>
  [...sums].filter(([, n]) => n !== 0).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))

function minutesOf(rows: readonly FigureSum[]): Dashboard['waiting'] {
  const buckets = new Map([...byPart(rows)].map(([part, count]) => [Number(part), count]))
  return {
    count: sumOf(rows),
    medianMin: quantileOf(buckets, MEDIAN),
    p90Min: quantileOf(buckets, NINE_TENTHS),
  }
}

const groupBy = <K>(rows: readonly FigureSum[], key: (row: FigureSum) => K): Map<K, FigureSum[]> => {
  const groups = new Map<K, FigureSum[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group === undefined) groups.set(key(row), [row])
    else group.push(row)
  }
  return groups
}

/** Names that figures are shown with. */
export interface Names {
  doctors: ReadonlyMap<string, string>
  medicines: ReadonlyMap<string, string>
  diagnoses: ReadonlyMap<string, string>
}

const measuresOf = (rows: readonly FigureSum[]) => {
  const groups = groupBy(rows, ({ measure }) => measure)
  return (measure: Measure): FigureSum[] => groups.get(measure) ?? []
}

/** The medicines and diagnoses that are on top: whose names are needed. */
export function topOf(rows: readonly FigureSum[]) {
  const of = measuresOf(rows)
  return {
    medicines: mostFirst(byPart(of('medicines'))).slice(0, TOP),
    diagnoses: mostFirst(byPart(of('diagnoses'))).slice(0, TOP),
  }
}

function doctorsOf(rows: readonly FigureSum[], names: Names): Dashboard['doctors'] {
  const shown = [...groupBy(rows, ({ doctor_id }) => doctor_id)].map(([id, own]) => {
    const of = measuresOf(own)
    return {
      doctorId: id === NO_DOCTOR ? null : id,
      name: names.doctors.get(id) ?? null,
      visits: sumOf(of('visits')),
      takingsSen: sumOf(of('takings')),
      waiting: minutesOf(of('waiting')),
      consultation: minutesOf(of('consulting')),
    }
  })
  return shown
    .filter(({ visits, takingsSen }) => visits !== 0 || takingsSen !== 0)
    .sort(
      (a, b) =>
        b.visits - a.visits ||
        b.takingsSen - a.takingsSen ||
        Number(a.doctorId ?? 0) - Number(b.doctorId ?? 0),
    )
    .map(({ takingsSen, ...rest }) => ({ ...rest, takings: rmOf(takingsSen) }))
}

/** One day in figures, without its month. `isWhole`: of the clinic, not of one doctor. */
export function viewDay(
  rows: readonly FigureSum[],
  names: Names,
  isWhole: boolean,
): Omit<Dashboard, 'day' | 'doctorId' | 'month'> {
  const of = measuresOf(rows)
  const statuses = byPart(of('visits'))
  const top = topOf(rows)
  return {
    visits: {
      total: sumOf(of('visits')),
      byStatus: Object.fromEntries(STATUSES.map((status) => [status, statuses.get(status) ?? 0])) as Record<
        Status,
        number
      >,
      byHour: [...byPart(of('arrivals'))]
        .map(([hour, visits]) => ({ hour: Number(hour), visits }))
        .filter(({ visits }) => visits !== 0)
        .sort((a, b) => a.hour - b.hour),
    },
    waiting: minutesOf(of('waiting')),
    consultation: minutesOf(of('consulting')),
    takings: {
      total: rmOf(sumOf(of('takings'))),
      byMethod: mostFirst(byPart(of('takings'))).map(([method, sen]) => ({ method, amount: rmOf(sen) })),
    },
    doctors: doctorsOf(rows, names),
    newPatients: isWhole ? sumOf(of('new-patients')) : null,
    medicines: top.medicines.map(([medicationId, quantity]) => ({
      medicationId,
      name: names.medicines.get(medicationId) ?? null,
      quantity,
    })),
    diagnoses: top.diagnoses.map(([code, visits]) => ({
      code,
      title: names.diagnoses.get(code) ?? null,
      visits,
    })),
  }
}

/** The days of a month, those without any figure left out. */
export function viewMonth(
  rows: readonly FigureSum[],
  range: { from: string; to: string },
  isWhole: boolean,
): Dashboard['month'] {
  const sums = (part: readonly FigureSum[]) => {
    const of = measuresOf(part)
    return {
      visits: sumOf(of('visits')),
      takings: rmOf(sumOf(of('takings'))),
      newPatients: isWhole ? sumOf(of('new-patients')) : null,
    }
  }
  const days = [...groupBy(rows, ({ day }) => day)].sort(([a], [b]) => (a < b ? -1 : 1))
  return { ...range, ...sums(rows), days: days.map(([day, own]) => ({ day, ...sums(own) })) }
}
