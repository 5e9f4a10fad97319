export type { ItemKind, Method, PaymentStatus } from '../../../../shared/billing/rules.ts'
export type {
  Bill,
  DiscountInput,
  ItemInput,
  Payment,
  PaymentInput,
  PaymentList,
  RefundInput,
} from '../../../../shared/billing/schema.ts'
