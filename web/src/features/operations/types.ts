import type { z } from 'zod'
import type { operationList, refusedList } from '../../../../shared/operations/schema.ts'

export type {
  Operation,
  OperationStatus,
  OperationType,
  RefusedRow,
} from '../../../../shared/operations/schema.ts'

export type OperationPage = z.infer<typeof operationList>
export type RefusedPage = z.infer<typeof refusedList>
