export { foldFigures } from './fold.ts'
export { addFigures, figuresInsertion } from './summary.ts'
