/** A medicine as warnings look at it. */
export interface Drug {
  genericName: string
  brandName: string | null
  atcCode: string | null
}

/** What a doctor is told before he orders a line; `about` names the word or the medicine it is about. */
export interface Warning {
  kind: 'allergy' | 'cross-allergy' | 'duplicate-drug' | 'duplicate-group'
  about: string
}

/** Medicines that somebody allergic to one of them should not have either, and those that may react across. */
interface AllergyGroup {
  words: RegExp
  atc: RegExp
  crossesWith: readonly string[]
}

/** The one table of allergy groups: words of patient files, in Malay and English, and the ATC codes they mean. */
const ALLERGY_GROUPS: Readonly<Record<string, AllergyGroup>> = {
  penicillins: {
    words: /penicill?in|penisilin|amoxi|amoxy|ampicill|cloxacill|augmentin|unasyn/,
    atc: /^J01C/,
    crossesWith: ['cephalosporins'],
  },
  cephalosporins: {
    words: /cephal|sefalo|\bcef|\bceph|zinnat|keflex|rocephin/,
    atc: /^J01D[BCDE]/,
    crossesWith: ['penicillins'],
  },
  nsaids: {
    words:
      /nsaid|aspirin|ibuprofen|brufen|nurofen|diclofenac|voltaren|mefenamic|ponstan|naproxen|ketoprofen|meloxicam|celecoxib|etoricoxib|arcoxia|indomet/,
    atc: /^(M01A|M02AA|N02BA|B01AC06)/,
    crossesWith: [],
  },
  sulfonamides: {
    words: /sulfa|sulpha|sulfon|sulphon|bactrim|co-?trimoxazole/,
    atc: /^(J01E|D06BA)/,
    crossesWith: ['sulfonamide-like'],
  },
  // diuretics and antidiabetics with a sulfonamide in them
  'sulfonamide-like': { words: /(?!)/, atc: /^(C03A|C03BA|C03CA01|A10BB|A07EC01)/, crossesWith: [] },
  macrolides: { words: /macrolide|erythro|azithro|clarithro|eritro/, atc: /^J01FA/, crossesWith: [] },
  quinolones: { words: /quinolon|floxacin/, atc: /^(J01M|S01AE)/, crossesWith: [] },
  tetracyclines: { words: /tetracyc|doxycyc|minocyc/, atc: /^J01A/, crossesWith: [] },
  opioids: {
    words: /opioid|opiate|morphin|codein|tramadol|pethidin/,
    atc: /^(N02A|R05DA0[148])/,
    crossesWith: [],
  },
}

const MIN_WORD = 5
/** Level of the ATC code at which two medicines are the same kind of substance. */
const GROUP_CHARS = 5

/** Lower case and without accents. */
export const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const wordsOf = (text: string): string[] => folded(text).match(/[\p{L}\p{N}]+/gu) ?? []

/** What the allergies of a patient's file, free text, say against a medicine. */
export function allergyWarnings(allergies: string | null, drug: Drug): Warning[] {
  if (allergies === null || allergies.trim() === '') return []
  const text = folded(allergies)
  const own = new Set(wordsOf(`${drug.genericName} ${drug.brandName ?? ''}`))
  const named = wordsOf(allergies).find((word) => word.length >= MIN_WORD && own.has(word))
  if (named !== undefined) return [{ kind: 'allergy', about: named }]
  const allergicTo = Object.entries(ALLERGY_GROUPS).filter(([, group]) => group.words.test(text))
  const isIn = (group: AllergyGroup | undefined) => drug.atcCode !== null && group?.atc.test(drug.atcCode)
  const direct = allergicTo.find(([, group]) => isIn(group))
  if (direct !== undefined) return [{ kind: 'allergy', about: direct[0] }]
  const across = allergicTo.find(([, { crossesWith }]) =>
    crossesWith.some((name) => isIn(ALLERGY_GROUPS[name])),
  )
  return across === undefined ? [] : [{ kind: 'cross-allergy', about: across[0] }]
}

/** What else a patient has of the same substance or the same group, each once. */
export function duplicateWarnings(drug: Drug, others: readonly Drug[]): Warning[] {
  const name = folded(drug.genericName)
  const group = drug.atcCode?.slice(0, GROUP_CHARS)
  const found = new Map<string, Warning>()
  for (const other of others) {
    const about = other.genericName
    if (folded(about) === name) found.set(about, { kind: 'duplicate-drug', about })
    else if (group?.length === GROUP_CHARS && other.atcCode?.startsWith(group) === true)
      found.set(about, { kind: 'duplicate-group', about })
  }
  return [...found.values()]
}
