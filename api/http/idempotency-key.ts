import { AppError } from '../../shared/errors/app-error.ts'
import type { Call } from './route.ts'

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,80}$/

/** The `Idempotency-Key` of a request; refuses one of another shape. */
export function idempotencyKeyOf(call: Pick<Call, 'header'>): string | undefined {
  const key = call.header('idempotency-key')
  if (key !== undefined && !IDEMPOTENCY_KEY.test(key))
    throw new AppError('request/invalid', {
      errors: [{ path: 'Idempotency-Key', message: 'Must be 1 to 80 visible characters' }],
    })
  return key
}
