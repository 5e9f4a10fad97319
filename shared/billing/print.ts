import { type Clinic, clinicHead, heading } from '../documents/head.ts'
import { drawDocument, type Sheet } from '../documents/sheet.ts'
import { type Language, shownInstant, textsIn } from '../documents/words.ts'
import { field, gap, line, paragraph, row, rule } from '../documents/write.ts'
import { rmOf, senOf } from './money.ts'
import type { BillCopy, PrintQuery, Receipt } from './schema.ts'
import { METHOD_TEXTS, RECEIPT_TEXTS } from './texts.ts'

type Text = ReturnType<typeof textsIn<keyof typeof RECEIPT_TEXTS>>

const LINE_PT = 1.35
const NOTHING = '0.00'
/** Width of quantity, price and amount, as a part of the line. */
const NUMBERS_PART = 5 / 11
const isRoll = (sheet: Sheet): boolean => sheet.paper === 'roll80'

/** Begins a new page where so many lines would not fit any more; a roll is as long as it needs. */
function keep(sheet: Sheet, lines: number): void {
  if (isRoll(sheet) || sheet.y + lines * LINE_PT * sheet.textPt <= sheet.bottom) return
  sheet.pdf.addPage()
  sheet.y = sheet.top
}

/** A label on the left and an amount on the right. */
function sum(sheet: Sheet, label: string, amount: string, isStrong = false): void {
  keep(sheet, 1)
  const weight = isStrong ? 'bold' : 'regular'
  const size = isStrong ? { sizePt: sheet.textPt * 1.15 } : {}
  row(sheet, [
    { text: label, part: 3, weight, ...size },
    { text: amount, part: 1, align: 'right', weight, ...size },
  ])
}

const shownAmount = (amount: string): string => amount.replace(/\B(?=(\d{3})+\.)/g, ',')

function items(sheet: Sheet, { items: lines }: BillCopy, text: Text): void {
  if (lines.length === 0) return
  const grey = { grey: 0.35, sizePt: sheet.textPt * 0.9 }
  if (isRoll(sheet)) {
    for (const each of lines) {
      paragraph(sheet, each.description, { maxLines: 2 })
      row(sheet, [
        { text: `${each.quantity} × ${shownAmount(each.unitPrice)}`, part: 2, ...grey },
        { text: shownAmount(gross(each)), part: 1, align: 'right' },
      ])
    }
    return
  }
  row(sheet, [
    { text: text('item'), part: 6, ...grey },
    { text: text('quantity'), part: 1.3, align: 'right', ...grey },
    { text: text('price'), part: 1.6, align: 'right', ...grey },
    { text: text('amount'), part: 2.1, align: 'right', ...grey },
  ])
  for (const each of lines) {
    keep(sheet, 2)
    const top = sheet.y
    row(sheet, [
      { text: '', part: 6 },
      { text: String(each.quantity), part: 1.3, align: 'right' },
      { text: shownAmount(each.unitPrice), part: 1.6, align: 'right' },
      { text: shownAmount(gross(each)), part: 2.1, align: 'right' },
    ])
    const below = sheet.y
    sheet.y = top
    paragraph(sheet, each.description, {
      maxLines: 2,
      keepRightPt: (sheet.right - sheet.left) * NUMBERS_PART,
    })
    sheet.y = Math.max(sheet.y, below)
  }
}

/** Quantity times price: discount and tax stand below for all lines together. */
const gross = ({ quantity, unitPrice }: BillCopy['items'][number]): string =>
  rmOf(quantity * senOf(unitPrice))

/** The total with what cash was rounded by. */
const rounded = ({ total, rounding }: BillCopy): string => rmOf(senOf(total) + senOf(rounding))

function totals(sheet: Sheet, copy: BillCopy, text: Text): void {
  const add = (key: Parameters<Text>[0], amount: string) =>
    amount === NOTHING ? undefined : sum(sheet, text(key), shownAmount(amount))
  rule(sheet)
  if (copy.discount !== null || copy.sst !== NOTHING || copy.rounding !== NOTHING)
    add('subtotal', copy.subtotal)
  if (copy.discount !== null) add('discount', `-${copy.discount.amount}`)
  add('sst', copy.sst)
  add('rounding', copy.rounding)
  sum(sheet, text('total'), shownAmount(rounded(copy)), true)
  add('paidBefore', copy.paidBefore)
}

function tenders(sheet: Sheet, { payment, bill }: Receipt, text: Text, language: Language): void {
  const method = textsIn(METHOD_TEXTS, language)
  for (const tender of payment.tenders) {
    const name = tender.method === 'panel' && bill?.panel ? bill.panel.name : method(tender.method)
    const label = tender.reference === null ? name : `${name} (${tender.reference})`
    sum(sheet, label, shownAmount(tender.amount))
    if (tender.tendered !== null && tender.change !== null && tender.change !== NOTHING) {
      sum(sheet, `   ${text('given')}`, shownAmount(tender.tendered))
      sum(sheet, `   ${text('change')}`, shownAmount(tender.change))
    }
  }
  const isPayment = payment.kind === 'payment'
  sum(sheet, text(isPayment ? 'paid' : 'givenBack'), shownAmount(payment.amount), true)
  if (!isPayment) return
  const { balanceAfter } = payment
  if (balanceAfter.startsWith('-')) sum(sheet, text('credit'), shownAmount(balanceAfter.slice(1)))
  else if (balanceAfter !== NOTHING) sum(sheet, text('balance'), shownAmount(balanceAfter))
}

function marks(sheet: Sheet, { payment }: Receipt, isCopy: boolean, text: Text): void {
  const strong = { weight: 'bold', align: 'center' } as const
  if (isCopy) line(sheet, text('copy'), { ...strong, sizePt: sheet.textPt * 1.15 })
  if (payment.status === 'void') line(sheet, text('isVoid'), strong)
  if (payment.status === 'refunded') line(sheet, text('isRefunded'), strong)
}

const titleOf = ({ payment }: Receipt): keyof typeof RECEIPT_TEXTS => {
  if (payment.kind !== 'payment') return payment.kind
  return payment.deposit ? 'deposit' : 'receipt'
}

/** A receipt on A5 or a roll of 80 mm; says so when it is a copy, and what became of the payment since. */
export function printReceipt(
  receipt: Receipt,
  clinic: Clinic,
  { paper, language }: PrintQuery,
  isCopy: boolean,
): NodeJS.ReadableStream {
  const { payment, bill } = receipt
  const text = textsIn(RECEIPT_TEXTS, language)
  const at = new Date(payment.at)
  return drawDocument({ paper, title: payment.number, language, madeAt: at }, (sheet) => {
    clinicHead(sheet, clinic, language)
    heading(sheet, text(titleOf(receipt)))
    marks(sheet, receipt, isCopy, text)
    field(sheet, text('number'), payment.number, { weight: 'bold' })
    field(sheet, text('date'), shownInstant(at, language))
    field(sheet, text('patient'), payment.patient.name)
    field(sheet, text('clinicNumber'), payment.patient.clinicNumber)
    if (receipt.clinic.sstNumber !== '') field(sheet, text('sstNumber'), receipt.clinic.sstNumber)
    if (bill?.panel) {
      const { name, reference } = bill.panel
      field(sheet, text('panelReference'), reference === null ? name : `${name} · ${reference}`)
    }
    if (receipt.reversedNumber !== null) field(sheet, text('reverses'), receipt.reversedNumber)
    if (payment.reason !== null) field(sheet, text('reason'), payment.reason, { maxLines: 3 })
    rule(sheet)
    if (bill !== null && bill.items.length > 0) {
      items(sheet, bill, text)
      totals(sheet, bill, text)
      gap(sheet, 0.3)
    }
    tenders(sheet, receipt, text, language)
    rule(sheet)
    keep(sheet, 3)
    field(sheet, text('cashier'), payment.cashier.name)
    gap(sheet, 0.3)
    const note = receipt.clinic.note === '' ? text('thanks') : receipt.clinic.note
    paragraph(sheet, note, { align: 'center', maxLines: 3 })
  })
}
