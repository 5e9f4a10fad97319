/** What every error code means at the two places that read it: the HTTP edge and the job runner. */
export interface ErrorRule {
  status: number
  title: string
  /** Whether the same request may succeed later without a change. */
  retry: boolean
  log: 'debug' | 'info' | 'warn' | 'error'
}

const rule = (status: number, title: string, retry = false, log: ErrorRule['log'] = 'info'): ErrorRule => ({
  status,
  title,
  retry,
  log,
})

/** The one table of error codes. Adding a code is adding a line; a code that is not here does not compile. */
export const ERRORS = {
  'request/malformed': rule(400, 'The request could not be read'),
  'request/invalid': rule(400, 'The request has fields that are missing or wrong'),
  'request/too-deep-page': rule(400, 'Pages reach 10,000 rows deep; narrow the search'),
  'request/too-deep': rule(422, 'The request is nested too deeply'),
  'request/ambiguous-parameter': rule(422, 'A parameter of the address may stand only once'),
  'request/stalled': rule(408, 'The request did not arrive in time', true),
  'request/too-large': rule(413, 'The request is too large'),
  'request/unsupported-type': rule(415, 'This kind of content is not accepted here'),
  'request/method-not-allowed': rule(405, 'This method is not allowed here'),
  'request/forged': rule(403, 'The request did not come from the clinic page'),
  'request/idempotency-mismatch': rule(422, 'This Idempotency-Key was used with another request'),
  'request/timeout': rule(503, 'The request took too long and was stopped', true, 'warn'),
  'request/client-gone': rule(499, 'The client went away', false, 'debug'),
  'auth/required': rule(401, 'Please sign in'),
  'auth/failed': rule(401, 'User name or password is wrong'),
  'auth/totp-required': rule(401, 'Please enter the code of your authenticator'),
  'auth/totp-failed': rule(401, 'This code is wrong, too old or used already'),
  'auth/blocked': rule(403, 'This address is blocked for the time being'),
  'auth/pairing-failed': rule(401, 'This pairing code is not good, or not any more'),
  'auth/forbidden': rule(403, 'You may not do this'),
  'auth/must-change-password': rule(403, 'Please change your password first'),
  'auth/weak-password': rule(422, 'This password is too easy to guess'),
  'rate/limited': rule(429, 'Too many requests', true),
  'not-found': rule(404, 'There is no such thing here'),
  'state/version': rule(409, 'Someone else changed this in the meantime'),
  'state/conflict': rule(409, 'This is not possible in the present state'),
  'state/merged': rule(409, 'This record is part of another one now'),
  'state/duplicate': rule(409, 'This exists already'),
  'appointment/taken': rule(409, 'This time is taken already'),
  'rule/broken': rule(422, 'This is against a rule of the clinic'),
  'operation/fenced': rule(409, 'Another worker has taken over', true, 'warn'),
  'operation/no-progress': rule(
    500,
    'The work was started several times without getting any further',
    false,
    'error',
  ),
  'operation/file-gone': rule(410, 'The uploaded file is no longer there', false, 'error'),
  'file/expired': rule(410, 'This file is no longer kept'),
  'operation/out-of-memory': rule(500, 'The work needed more memory than it may use', false, 'error'),
  'import/rows-refused': rule(422, 'Nothing was imported, because some rows would be refused'),
  'import/not-all': rule(409, 'Everything was taken back, because not all rows could be imported', true),
  'import/unknown-kind': rule(422, 'There is no such kind of import'),
  'import/bad-mapping': rule(422, 'The columns of the file do not fit the fields'),
  'import/bad-options': rule(422, 'The options do not fit this file'),
  'import/not-a-table': rule(422, 'The file is not a text file with rows and columns'),
  'import/empty-file': rule(422, 'The file has no rows'),
  'import/bad-header': rule(422, 'The first line of the file cannot be read as a header'),
  'import/unknown-encoding': rule(422, 'The encoding of the file is not one that can be read'),
  'import/broken-quotes': rule(422, 'The quotation marks of the file are broken'),
  'import/broken-file': rule(422, 'The file is cut off or damaged'),
  'import/protected-file': rule(422, 'The file is protected by a password'),
  'import/too-much-inside': rule(422, 'The file unpacks to more than is allowed'),
  'backup/program-missing': rule(500, 'mariadb-dump or mariadb was not found', false, 'error'),
  'backup/dump-failed': rule(500, 'The database could not be dumped', true, 'error'),
  'backup/restore-failed': rule(500, 'The backup could not be restored', false, 'error'),
  'backup/no-right': rule(500, 'The account of backups lacks a right', false, 'error'),
  'backup/damaged': rule(500, 'The backup is damaged or not complete', false, 'error'),
  'backup/wrong-key': rule(500, 'The backup is under another key', false, 'error'),
  'backup/differs': rule(500, 'What was restored differs from what was backed up', false, 'error'),
  'unavailable/database': rule(503, 'The database cannot be reached', true, 'error'),
  'unavailable/not-migrated': rule(
    503,
    'The database has no schema yet: run the command migrate (npm start does)',
    true,
    'error',
  ),
  'unavailable/redis': rule(503, 'The job store cannot be reached', true, 'error'),
  'unavailable/busy': rule(503, 'The system is busy', true, 'warn'),
  'unavailable/disk-full': rule(507, 'The disk is full', true, 'error'),
  'unavailable/audit': rule(503, 'The access could not be recorded, so it was refused', true, 'error'),
  internal: rule(500, 'Something went wrong on our side', false, 'error'),
} as const satisfies Record<string, ErrorRule>

/** A key of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS
