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
  UNKNOWN_PATIENT: 'No patient with this external ID has been imported from this source.',
  BAD_VISIT_AT:
    'The time of the visit must be a real moment, like 2024-03-08T08:59+08:00 or 08/03/2024 08:59.',
  VISIT_IN_FUTURE: 'The visit is in the future.',
  VISIT_BEFORE_BIRTH: "The visit lies before the patient's birth.",
  UNKNOWN_DOCTOR: 'There is no doctor with this code.',
  BAD_STATUS: 'The status is none of those that this kind has.',
  MISSING_DIAGNOSIS: 'The diagnosis is missing.',
  FEE_ON_CANCELLED: 'A visit that did not take place cannot cost anything.',
  TOTAL_MISMATCH: 'The total is not the sum of consultation and medicine.',
  BAD_MC_DAYS: 'The days of sick leave must be a whole number from 0 to 60.',
  BAD_MC_START: 'Sick leave must begin on a real day, not before the visit.',
  UNKNOWN_VISIT: 'No visit with this external ID has been imported from this source.',
  UNKNOWN_MEDICATION: 'There is no medicine with this code.',
  BAD_QUANTITY: 'The quantity must be a whole number from 1 to 999.',
  LINE_TOTAL_MISMATCH: 'The total is not quantity times price.',
  BAD_DURATION: 'The days must be a whole number above zero.',
  BAD_PAID_AT:
    'The time of the payment must be a real moment, like 2024-03-08T09:34+08:00 or 08/03/2024 09:34.',
  PAID_BEFORE_VISIT: 'The payment lies before the visit.',
  ZERO_AMOUNT: 'The amount must be above zero.',
  BAD_METHOD: 'The method must be cash, card, duitnow, ewallet, transfer or panel.',
  MISSING_RECEIPT: 'The receipt number is missing.',
  DUPLICATE_RECEIPT: 'Another payment has this receipt number already.',
  OVERPAYMENT: 'More would be paid than the visit costs.',
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
