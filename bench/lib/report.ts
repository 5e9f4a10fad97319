import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

/** One measured figure against its limit. `atLeast`: the figure should reach the limit, else stay below it. */
export interface Figure {
  name: string
  measured: number
  limit: number
  unit: string
  atLeast?: boolean
}

/** The value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

const DIGITS = 3
const rounded = (value: number) => Number(value.toPrecision(DIGITS + 1))

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

/**
 * Prints the figures as a table, keeps them as JSON under bench/results with machine and commit, and answers whether
 * all limits hold. `raw` is what the figures were made from.
 */
export function report(bench: string, figures: readonly Figure[], raw: Record<string, unknown>): boolean {
  const rows = figures.map(({ name, measured, limit, unit, atLeast }) => ({
    figure: name,
    measured: rounded(measured),
    limit: rounded(limit),
    unit,
    ratio: rounded(measured / limit),
    holds: atLeast === true ? measured >= limit : measured <= limit,
  }))
  console.table(rows)
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
  }
  mkdirSync('bench/results', { recursive: true })
  const result = { bench, at: new Date().toISOString(), commit: commit(), machine, figures: rows, raw }
  writeFileSync(`bench/results/${bench}.json`, `${JSON.stringify(result, null, 2)}\n`)
  return rows.every((row) => row.holds)
}
