import type { Operation } from './types.ts'

/** An operation for tests: a running import of 1,000 rows at 400. */
export function someOperation(change: Partial<Operation> = {}): Operation {
  return {
    id: '0199-a',
    type: 'import',
    kind: 'patients',
    status: 'active',
    phase: 'import',
    progress: {
      processed: 400,
      total: 1000,
      unit: 'rows',
      percent: 40,
      ratePerSecond: 100,
      etaSeconds: 6,
      placeInLine: null,
    },
    counts: { read: 400, inserted: 390, updated: 0, unchanged: 0, skipped: 0, rejected: 10 },
    params: { options: {} },
    file: { name: 'people.csv', bytes: 5000, sha256: 'x' },
    result: null,
    error: null,
    note: null,
    attempts: 1,
    cancelRequested: false,
    createdBy: { id: '1', name: 'Aina' },
    createdAt: '2026-11-24T01:00:00Z',
    startedAt: '2026-11-24T01:00:01Z',
    finishedAt: null,
    version: 5,
    ...change,
  }
}

/** The same operation further on. */
export function furtherOn(operation: Operation, processed: number, version: number): Operation {
  return {
    ...operation,
    version,
    progress: { ...operation.progress, processed, percent: processed / 10 },
  }
}
