export { foldFigures } from './fold.ts'
export { type DayRange, rebuildFigures } from './rebuild.ts'
export { diagnosesInsertion, medicinesInsertion } from './sources.ts'
export { addFigures, figuresInsertion } from './summary.ts'
