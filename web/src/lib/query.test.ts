import { QueryObserver } from '@tanstack/react-query'
import { expect, it } from 'vitest'
import { makeQueryClient } from './query.ts'

it('reads once more what is invalidated while its first read is under way', async () => {
  const queries = makeQueryClient()
  const answers: ((value: string) => void)[] = []
  const observer = new QueryObserver(queries, {
    queryKey: ['board'],
    queryFn: () => new Promise<string>((resolve) => answers.push(resolve)),
  })
  const stop = observer.subscribe(() => {})
  expect(answers).toHaveLength(1)
  for (let n = 0; n < 3; n++) void queries.invalidateQueries({ queryKey: ['board'] })
  answers[0]?.('as it was before')
  await expect.poll(() => answers.length).toBe(2)
  answers[1]?.('as it is')
  await expect.poll(() => observer.getCurrentResult().data).toBe('as it is')
  expect(answers).toHaveLength(2)
  stop()
})
