export { amendConsultation, saveDraft } from './draft.ts'
export { signConsultation } from './sign.ts'
export { startConsultation } from './start.ts'
export { withdrawEmpty } from './withdraw.ts'
