import type { Problem } from '../../units/judgement.ts'

/** Every reason why a row of a kind other than patients is refused, with the sentence that is shown; never with the value. */
export const RECORD_MESSAGES = {
  MISSING_EXTERNAL_ID: 'The external ID is missing.',
  BAD_EXTERNAL_ID: 'The external ID has a control character.',
  EXTERNAL_ID_TOO_LONG: 'The external ID is longer than 80 characters.',
  DUPLICATE_EXTERNAL_ID: 'Another record has this external ID already.',
  CONFLICT: 'The row contradicts what is stored under another key.',
  BAD_TEXT: 'The text has a part that is no valid character.',
  TEXT_TOO_LONG: 'The text is longer than this field can hold.',
  MISSING_DOCTOR_CODE: "The doctor's code is missing.",
  BAD_DOCTOR_CODE: "A doctor's code has 1 to 10 letters A-Z and digits.",
  DUPLICATE_DOCTOR_CODE: 'Another doctor has this code already.',
  MISSING_NAME: 'The name is missing.',
  NAME_TOO_LONG: 'The name is longer than this field can hold.',
  NAME_CONTROL_CHAR: 'The name has a control character.',
  BAD_MMC_NUMBER: 'An MMC number has 4 to 6 digits and is no placeholder.',
  DUPLICATE_MMC_NUMBER: 'Another doctor has this MMC number already.',
  BAD_APC_NUMBER: 'An APC number is the serial, a slash and the year (12345/2026) and no placeholder.',
  MISSING_SKU: "The medicine's code is missing.",
  BAD_SKU: "A medicine's code has 1 to 40 letters, digits or . _ / -",
  DUPLICATE_SKU: 'Another medicine has this code already.',
  MISSING_UNIT: 'The unit of sale is missing.',
  MISSING_SELLING_PRICE: 'The selling price is missing.',
  BAD_ATC: 'This is no ATC code or beginning of one.',
  BAD_POISON_GROUP: 'A poison group is one of A, B, C, D, E, F.',
  BAD_AMOUNT: 'The amount must be RM with at most two decimals, like 4.50 or RM 1,250.00.',
  NEGATIVE_AMOUNT: 'The amount is negative.',
  MISSING_CODE: 'The code is missing.',
  DUPLICATE_CODE: 'Another row has this code already.',
  MISSING_TITLE: 'The title is missing.',
  BAD_DIAGNOSIS_CODE: 'A diagnosis code is like A00 or A00.1.',
} as const

/** A code of {@link RECORD_MESSAGES}. */
export type RecordProblemCode = keyof typeof RECORD_MESSAGES

/** A problem of one column with its sentence. */
export const recordProblem = (column: string, code: RecordProblemCode): Problem => ({
  column,
  code,
  message: RECORD_MESSAGES[code],
})
