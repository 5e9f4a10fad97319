import type { Medication } from '../../shared/medications/schema.ts'
import type { Stock } from '../../shared/stock/schema.ts'
import { clinicDay } from '../../shared/units/dates.ts'
import { type QueueApi, startQueueApi } from '../queue/testing.ts'

const DAY_MS = 86_400_000

/** The clinic day so many days from today. */
export const daysAhead = (days: number): string => clinicDay(Date.now() + days * DAY_MS)

/** An API with a pharmacist who keeps medicines and stock. */
export interface StockApi extends QueueApi {
  pharmacist: string
  /** A new medicine at RM 0.50 (cost 0.20) a tablet. */
  medicine(more?: Record<string, unknown>): Promise<Medication>
  receive(
    id: string,
    quantity: number,
    more?: Record<string, unknown>,
    cookie?: string,
  ): Promise<{ status: number; body: Stock; text: string }>
  stock(id: string, cookie?: string): Promise<Stock>
  /** Sums over all movements beside what batches and levels say; they must be equal. */
  books(id: string): Promise<{ level: number; batches: number; moved: number; lowest: number }>
}

let serial = 0

/** Starts {@link StockApi}; call `close` in afterAll. */
export async function startStockApi(options: Parameters<typeof startQueueApi>[0] = {}): Promise<StockApi> {
  const api = await startQueueApi(options)
  const pharmacist = await api.signIn('pharmacist')
  return {
    ...api,
    pharmacist,
    medicine: async (more = {}) => {
      serial++
      const answer = await api.call('post', '/api/medications', pharmacist).send({
        sku: `S-${serial}`,
        genericName: `Canarymedicine${serial}`,
        form: 'tablet',
        strength: '500 mg',
        unit: 'tablet',
        sellingPrice: '0.50',
        costPrice: '0.20',
        ...more,
      })
      if (answer.status !== 201) throw new Error(`medication answered ${answer.status}: ${answer.text}`)
      return answer.body
    },
    receive: (id, quantity, more = {}, cookie = pharmacist) =>
      api
        .call('post', `/api/medications/${id}/stock`, cookie)
        .send({ batchNo: `B${++serial}`, expiresOn: daysAhead(365), quantity, ...more }),
    stock: async (id, cookie = pharmacist) =>
      (await api.call('get', `/api/medications/${id}/stock`, cookie)).body,
    books: async (id) => {
      const [[row]] = await api.deps.db.raw(
        `select (select on_hand from stock_levels where medication_id = :id) as level,
          (select sum(on_hand) from stock_batches where medication_id = :id) as batches,
          (select sum(quantity) from stock_movements where medication_id = :id) as moved,
          (select min(least(batch_after, medication_after)) from stock_movements where medication_id = :id) as lowest`,
        { id },
      )
      return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, Number(value)])) as never
    },
  }
}
