import type { z } from 'zod'
import { AppError, type FieldFault } from '../../shared/errors/app-error.ts'

const MAX_FAULTS = 50
const MAX_PATH_CHARS = 100

/** Text of a fault without anything that was sent: names of unknown fields are the sender's text too. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'There are fields here that are not known'
  if (issue.code === 'invalid_value') return `Must be one of: ${issue.values.map(String).join(', ')}`
  return issue.message
}

const faultOf = (issue: z.core.$ZodIssue): FieldFault => ({
  path: issue.path.map(String).join('.').slice(0, MAX_PATH_CHARS),
  message: messageOf(issue),
})

/** Checks one part of a request against its schema; throws 400 with the faults, never with a submitted value. */
export function validate<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('request/invalid', { errors: parsed.error.issues.slice(0, MAX_FAULTS).map(faultOf) })
}

const NO_FIELDS: FieldFault = { path: '', message: 'There are fields here that are not known' }

/** Refuses fields where a route takes none. */
export function refuseFields(value: object): void {
  for (const _ in value) throw new AppError('request/invalid', { errors: [NO_FIELDS] })
}
