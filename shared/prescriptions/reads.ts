export { type PrescriptionCharge, prescriptionChargesOf } from './charges.ts'
