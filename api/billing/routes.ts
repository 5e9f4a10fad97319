import type { Route } from '../http/route.ts'
import type { ApiServices } from '../services.ts'
import { billRoutes } from './bill-routes.ts'
import { paymentRoutes } from './payment-routes.ts'

/** Bills, payments and receipts. */
export const billingRoutes = (services: Pick<ApiServices, 'deps' | 'spool'>): Route[] => [
  ...billRoutes(services),
  ...paymentRoutes(services),
]
