export type { DispensingItem, ReturnInput, WorkList } from '../../../../shared/dispensing/schema.ts'
export type { LineStatus } from '../../../../shared/prescriptions/rules.ts'
