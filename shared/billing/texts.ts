import type { Texts } from '../documents/words.ts'
import type { Method } from './rules.ts'

/** Texts of receipts. */
export const RECEIPT_TEXTS = {
  receipt: { en: 'Receipt', ms: 'Resit' },
  deposit: { en: 'Receipt for a deposit', ms: 'Resit deposit' },
  refund: { en: 'Refund note', ms: 'Nota bayaran balik' },
  void: { en: 'Cancellation note', ms: 'Nota pembatalan' },
  copy: { en: 'COPY', ms: 'SALINAN' },
  isVoid: { en: 'VOID – this receipt was cancelled', ms: 'BATAL – resit ini telah dibatalkan' },
  isRefunded: { en: 'REFUNDED – the money was given back', ms: 'DIBAYAR BALIK – wang telah dipulangkan' },
  number: { en: 'No.', ms: 'No.' },
  date: { en: 'Date', ms: 'Tarikh' },
  patient: { en: 'Patient', ms: 'Pesakit' },
  clinicNumber: { en: 'Clinic no.', ms: 'No. klinik' },
  cashier: { en: 'Cashier', ms: 'Juruwang' },
  sstNumber: { en: 'SST no.', ms: 'No. SST' },
  item: { en: 'Item', ms: 'Perkara' },
  quantity: { en: 'Qty', ms: 'Kuantiti' },
  price: { en: 'Price', ms: 'Harga' },
  amount: { en: 'Amount (RM)', ms: 'Jumlah (RM)' },
  subtotal: { en: 'Subtotal', ms: 'Jumlah kecil' },
  discount: { en: 'Discount', ms: 'Diskaun' },
  sst: { en: 'SST', ms: 'SST' },
  rounding: { en: 'Rounding', ms: 'Pelarasan penggenapan' },
  total: { en: 'Total (RM)', ms: 'Jumlah keseluruhan (RM)' },
  paidBefore: { en: 'Paid before', ms: 'Telah dibayar' },
  paid: { en: 'Paid now', ms: 'Dibayar' },
  given: { en: 'Cash received', ms: 'Tunai diterima' },
  change: { en: 'Change', ms: 'Baki tunai' },
  balance: { en: 'Left to pay', ms: 'Baki perlu dibayar' },
  credit: { en: 'Held for the patient', ms: 'Kredit pesakit' },
  reverses: { en: 'Reverses receipt', ms: 'Membatalkan resit' },
  givenBack: { en: 'Given back', ms: 'Dipulangkan' },
  reason: { en: 'Reason', ms: 'Sebab' },
  panelReference: { en: 'Panel', ms: 'Panel' },
  thanks: { en: 'Thank you.', ms: 'Terima kasih.' },
} as const satisfies Texts

/** Ways to pay as receipts name them. */
export const METHOD_TEXTS = {
  cash: { en: 'Cash', ms: 'Tunai' },
  card: { en: 'Card', ms: 'Kad' },
  duitnow: { en: 'DuitNow QR', ms: 'DuitNow QR' },
  ewallet: { en: 'E-wallet', ms: 'E-dompet' },
  transfer: { en: 'Bank transfer', ms: 'Pindahan bank' },
  panel: { en: 'Panel', ms: 'Panel' },
} as const satisfies Texts<Method>
