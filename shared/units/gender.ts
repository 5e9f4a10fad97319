const GENDERS = new Map<string, 'M' | 'F'>([
  ['M', 'M'],
  ['F', 'F'],
  ['m', 'M'],
  ['f', 'F'],
  ['male', 'M'],
  ['female', 'F'],
  ['lelaki', 'M'],
  ['perempuan', 'F'],
])

/** M or F of M, F, Male, Female, Lelaki, Perempuan in any case, else null. */
export function canonicalGender(text: string): 'M' | 'F' | null {
  return GENDERS.get(text) ?? GENDERS.get(text.toLowerCase()) ?? null
}
