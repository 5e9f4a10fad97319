export type { CloseInput, DaySummary, Shift, ShiftList } from '../../../../shared/shifts/schema.ts'
