export type { Dashboard } from '../../../../shared/dashboard/schema.ts'
