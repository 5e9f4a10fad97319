import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it, vi } from 'vitest'
import { operationKeys } from './api.ts'
import { applyEvent, merge } from './live.ts'
import { furtherOn, someOperation } from './testing.ts'
import type { Operation, OperationPage } from './types.ts'

const event = (name: string, entity: Operation) => ({ name, id: 'p-1-0', data: { type: name, entity } })
const page = (...data: Operation[]): OperationPage => ({
  data,
  meta: { page: 1, limit: 50, total: data.length, totalPages: 1, next: null },
})

describe('merge', () => {
  const known = someOperation()
  it('takes the higher version and refuses the lower', () => {
    expect(merge(known, furtherOn(known, 500, 6)).progress.processed).toBe(500)
    expect(merge(known, furtherOn(known, 300, 4))).toBe(known)
  })
  it('never goes back within one version', () => {
    expect(merge(known, furtherOn(known, 300, 5))).toBe(known)
    const done = someOperation({ status: 'completed' })
    expect(merge(done, furtherOn(known, 900, 5))).toBe(done)
  })
  it('keeps the place in line that an event leaves out', () => {
    const waiting = someOperation({ status: 'queued', progress: { ...known.progress, placeInLine: 3 } })
    const next = someOperation({ status: 'queued', version: 6 })
    expect(merge(waiting, next).progress.placeInLine).toBe(3)
  })
})

describe('applyEvent', () => {
  it('patches the record and every list that shows it, without a request', () => {
    const queries = new QueryClient()
    const known = someOperation()
    const list = operationKeys.list({ type: 'import' })
    queries.setQueryData(operationKeys.one(known.id), known)
    queries.setQueryData(list, { pages: [page(known)], pageParams: [null] })
    const invalidate = vi.spyOn(queries, 'invalidateQueries')
    applyEvent(queries, event('operation.progress', furtherOn(known, 700, 9)))
    expect(queries.getQueryData<Operation>(operationKeys.one(known.id))?.progress.percent).toBe(70)
    expect(queries.getQueryData<{ pages: OperationPage[] }>(list)?.pages[0]?.data[0]?.version).toBe(9)
    expect(invalidate).not.toHaveBeenCalled()
  })

  it('reads a list again for a new operation, but not for the progress of one it does not show', () => {
    const queries = new QueryClient()
    queries.setQueryData(operationKeys.list({}), page(someOperation()))
    const invalidate = vi.spyOn(queries, 'invalidateQueries')
    applyEvent(queries, event('operation.progress', someOperation({ id: 'other' })))
    expect(invalidate).not.toHaveBeenCalled()
    applyEvent(queries, event('operation.queued', someOperation({ id: 'other' })))
    expect(invalidate).toHaveBeenCalledTimes(1)
  })

  it('reads everything again after a reset', () => {
    const queries = new QueryClient()
    const invalidate = vi.spyOn(queries, 'invalidateQueries')
    applyEvent(queries, { name: 'reset', id: '', data: null })
    expect(invalidate).toHaveBeenCalledWith()
  })
})
