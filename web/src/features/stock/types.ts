export type { MovementKind } from '../../../../shared/stock/rules.ts'
export type {
  AdjustInput,
  ExpiringList,
  LevelList,
  LowList,
  MovementList,
  ReceiveInput,
  Stock,
} from '../../../../shared/stock/schema.ts'
