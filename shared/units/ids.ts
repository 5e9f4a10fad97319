import { v7 } from 'uuid'

/** A UUIDv7: unique, and ordered by the time it was made. */
export const newId = (): string => v7()

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether a text is a lower-case UUID, the form ids have on the wire. */
export const isUuid = (text: string): boolean => UUID.test(text)

const MAX_BIGINT_ID = 9_223_372_036_854_775_807n

/** Whether a text is a database id as it stands on the wire: a positive BIGINT without sign or leading zero. */
export const isRowId = (text: string): boolean =>
  /^[1-9][0-9]{0,18}$/.test(text) && BigInt(text) <= MAX_BIGINT_ID
