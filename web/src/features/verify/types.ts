export type { Verification } from '../../../../shared/certificates/schema.ts'
