import { nameWords } from '../units/names.ts'

/** The words by which a patient of that name is found: rows of `patient_words`, distinct and folded. */
export const wordsOf = (name: string): string[] => nameWords(name)
