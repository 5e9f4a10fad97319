import { setPriority } from 'node:os'
import { AppError } from '../../errors/app-error.ts'
import { type ConvertRequest, convertHere } from './convert.ts'

// A process of its own for one conversion: files are somebody else's, its heap is bounded, and it has no secrets.

const NICE = 10

async function answer(request: ConvertRequest): Promise<unknown> {
  // somebody waits for a preview; a whole file gives way to the clinic
  if (request.target !== null) setPriority(NICE)
  try {
    return await convertHere(request)
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, detail: error.detail }
    return { failed: error instanceof Error ? placeOf(error) : 'something thrown' }
  }
}

/** Where an error of ours was thrown; not its text, which may repeat what stands in the file. */
const placeOf = ({ name, stack = '' }: Error): string =>
  [name, ...stack.split('\n').filter((line) => /^\s+at /.test(line))].slice(0, 8).join('\n')

process.once('message', (request: ConvertRequest) => {
  // whoever asked is gone
  process.once('disconnect', () => process.exit(1))
  void answer(request).then((said) => process.send?.(said, () => process.exit(0)))
})
