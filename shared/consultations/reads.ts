export { type ConsultationCharge, chargesOf } from './charges.ts'
