export type { MovementKind } from '../../../../shared/stock/rules.ts'
export type {
  AdjustInput,
  ExpiringList,
  LevelList,
  LowList,
  MovementList,
  ReceiveInput,
  Register,
  Stock,
  StockValue,
} from '../../../../shared/stock/schema.ts'
