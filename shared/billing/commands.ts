export { addItem, removeItem, setDiscount, setPanel } from './change.ts'
export { pay } from './pay.ts'
export { refundPayment, voidPayment } from './reverse.ts'
export { renewBill, splitBill } from './split.ts'
