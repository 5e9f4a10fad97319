export { type Family, RELATIONS, type Relation } from '../../../../shared/families/schema.ts'
