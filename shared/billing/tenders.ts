import { isCashAmount, roundCash } from './money.ts'
import type { Method } from './rules.ts'

/** A tender as it was asked for, in sen. Cash names what was handed over; an amount only where less than that counts. */
export interface AskedTender {
  method: Method
  amountSen?: number | undefined
  tenderedSen?: number | undefined
  reference?: string | undefined
}

/** What is open of a bill: `balanceSen` in all, `panelSen` of that by its panel. */
export interface Due {
  balanceSen: number
  panelSen: number
}

/** A tender as it is recorded; what was handed over and given back is kept of cash alone. */
export interface Tender {
  method: Method
  amountSen: number
  tenderedSen: number | null
  changeSen: number | null
  reference: string | null
}

/** What a payment does: the tenders, what cash was rounded by, and whether the bill is paid with it. */
export interface Plan {
  tenders: Tender[]
  amountSen: number
  roundingSen: number
  settles: boolean
}

/** Why a payment is refused; `path` is the field of the request. */
export interface TenderFault {
  path: string
  message: string
}

class Refused extends Error {
  readonly fault: TenderFault
  constructor(at: number | null, field: string, message: string) {
    super(message)
    this.fault = { path: at === null ? field : `tenders.${at}.${field}`, message }
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

function plain(asked: AskedTender, at: number, due: Due): Tender {
  const amountSen = asked.amountSen ?? (asked.method === 'panel' ? due.panelSen : 0)
  if (asked.tenderedSen !== undefined) throw new Refused(at, 'tendered', 'Only cash is handed over')
  if (amountSen <= 0) throw new Refused(at, 'amount', 'Must be more than nothing')
  if (asked.method === 'panel' && amountSen > due.panelSen)
    throw new Refused(at, 'amount', 'The panel of this bill does not pay so much')
  return {
    method: asked.method,
    amountSen,
    tenderedSen: null,
    changeSen: null,
    reference: asked.reference ?? null,
  }
}

/** Cash pays the rest, to the nearest 5 sen, or less where an amount says so. */
function cash(asked: AskedTender, at: number, restSen: number, isDeposit: boolean): Tender {
  const tenderedSen = asked.tenderedSen ?? asked.amountSen
  if (tenderedSen === undefined) throw new Refused(at, 'tendered', 'Is needed for cash')
  for (const [field, value] of [
    ['tendered', tenderedSen],
    ['amount', asked.amountSen ?? 0],
  ] as const)
    if (!isCashAmount(value)) throw new Refused(at, field, 'Cash is paid in steps of 5 sen')
  const wholeSen = roundCash(restSen)
  if (!isDeposit && restSen <= 0) throw new Refused(at, 'tendered', 'There is nothing left to pay in cash')
  const amountSen = asked.amountSen ?? (isDeposit ? tenderedSen : Math.min(tenderedSen, wholeSen))
  if (amountSen > tenderedSen) throw new Refused(at, 'tendered', 'Is less than the amount')
  if (!isDeposit && amountSen > wholeSen) throw new Refused(at, 'amount', 'Is more than what is left to pay')
  // one or two sen that are left over are rounded away
  if (amountSen === 0 && (isDeposit || wholeSen !== 0))
    throw new Refused(at, 'amount', 'Must be more than nothing')
  return {
    method: 'cash',
    amountSen,
    tenderedSen,
    changeSen: tenderedSen - amountSen,
    reference: asked.reference ?? null,
  }
}

function plan(asked: readonly AskedTender[], due: Due, isDeposit: boolean): Plan {
  for (const method of ['cash', 'panel'] as const)
    if (asked.filter((tender) => tender.method === method).length > 1)
      throw new Refused(null, 'tenders', 'Cash and panel may stand only once')
  if (isDeposit && (asked.length === 0 || asked.some(({ method }) => method === 'panel')))
    throw new Refused(null, 'tenders', 'A deposit is paid by the patient')
  const tenders = asked.map((tender, at) => (tender.method === 'cash' ? null : plain(tender, at, due)))
  const plainSen = sum(tenders.map((tender) => tender?.amountSen ?? 0))
  if (!isDeposit && plainSen > 0 && plainSen > due.balanceSen)
    throw new Refused(null, 'tenders', 'They are more than what is left to pay')
  const restSen = due.balanceSen - plainSen
  const done = tenders.map((tender, at) => tender ?? cash(asked[at] as AskedTender, at, restSen, isDeposit))
  const amountSen = sum(done.map((tender) => tender.amountSen))
  const byCash = done.find(({ method }) => method === 'cash')
  if (isDeposit) return { tenders: done, amountSen, roundingSen: 0, settles: false }
  const isWhole = byCash !== undefined && byCash.amountSen === roundCash(restSen)
  if (asked.length === 0 && restSen !== 0) throw new Refused(null, 'tenders', 'Something is left to pay')
  const settles = isWhole || restSen === 0
  return { tenders: done, amountSen, roundingSen: isWhole ? byCash.amountSen - restSen : 0, settles }
}

/**
 * What the tenders of a request pay of a bill. Only cash that pays the bill off is rounded; only a deposit may be more
 * than what is due, and it never pays a bill off by itself. Without tenders a bill is closed of which nothing is due.
 */
export function planTenders(
  asked: readonly AskedTender[],
  due: Due,
  isDeposit: boolean,
): Plan | { fault: TenderFault } {
  try {
    return plan(asked, due, isDeposit)
  } catch (error) {
    if (error instanceof Refused) return { fault: error.fault }
    throw error
  }
}
