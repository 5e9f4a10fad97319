/** How a medicine gets to where it works. */
export const ROUTES = [
  'oral',
  'sublingual',
  'buccal',
  'inhaled',
  'nasal',
  'eye',
  'ear',
  'topical',
  'transdermal',
  'rectal',
  'vaginal',
  'im',
  'iv',
  'sc',
] as const
/** One of {@link ROUTES}. */
export type RouteCode = (typeof ROUTES)[number]

/** What a dose is counted in. */
export const DOSE_UNITS = [
  'tablet',
  'capsule',
  'lozenge',
  'sachet',
  'suppository',
  'pessary',
  'patch',
  'ampoule',
  'syringe',
  'piece',
  'ml',
  'drop',
  'puff',
  'g',
  'application',
  'iu',
] as const
/** One of {@link DOSE_UNITS}. */
export type DoseUnit = (typeof DOSE_UNITS)[number]

/** Smallest part of a unit that can be given: tablets are broken, capsules are not. */
export const SMALLEST: Readonly<Record<DoseUnit, number>> = {
  tablet: 0.25,
  capsule: 1,
  lozenge: 1,
  sachet: 0.5,
  suppository: 0.5,
  pessary: 1,
  patch: 1,
  ampoule: 0.25,
  syringe: 1,
  piece: 0.25,
  ml: 0.05,
  drop: 1,
  puff: 1,
  g: 0.05,
  application: 1,
  iu: 1,
}

/** What the contents of a unit of sale are counted in: `each` is the unit of sale itself. */
export type Measure = 'each' | 'ml' | 'g' | 'puff' | 'iu'

/** What one dose form is dosed, counted and described by. `{n}` stands for the dose in words. */
export interface Form {
  /** Units a dose may be given in, the usual one first, with how much of the measure one of them is. */
  units: Partial<Record<DoseUnit, number>>
  measure: Measure
  /** Ways it may be given, the usual one first. */
  routes: readonly [RouteCode, ...RouteCode[]]
  /** What is left of an opened unit is thrown away after each dose. */
  singleUse?: boolean
  /** Days that an opened unit of sale is good for. */
  openDays?: number
  en: string
  ms: string
}

/** Twenty drops are a millilitre. */
const DROP_ML = 0.05
/** A fingertip of cream, enough for two hands. */
const FINGERTIP_G = 0.5
const EYE_STRIP_G = 0.1
/** A spray into the nose. */
export const SPRAY_ML = 0.1
const SKIN_ML = 5
const OPENED_EYE_DAYS = 28
const OPENED_PEN_DAYS = 28

const solid = (unit: DoseUnit, en: string, ms: string): Form => ({
  units: { [unit]: 1 },
  measure: 'each',
  routes: ['oral', 'sublingual', 'buccal', 'vaginal'],
  en,
  ms,
})
const liquid = (en: string, ms: string): Form => ({
  units: { ml: 1 },
  measure: 'ml',
  routes: ['oral'],
  en,
  ms,
})
const drops = (route: RouteCode, en: string, ms: string, openDays?: number): Form => ({
  units: { drop: DROP_ML },
  measure: 'ml',
  routes: [route],
  ...(openDays === undefined ? {} : { openDays }),
  en,
  ms,
})
const tube = (perApplicationG: number): Form => ({
  units: { application: perApplicationG, g: 1 },
  measure: 'g',
  routes: ['topical', 'vaginal', 'rectal'],
  en: 'Apply thinly to the affected area',
  ms: 'Sapu nipis pada bahagian yang terjejas',
})
const skinLiquid = (en: string, ms: string): Form => ({
  units: { application: SKIN_ML, ml: 1 },
  measure: 'ml',
  routes: ['topical'],
  en,
  ms,
})
const rinse = (en: string, ms: string): Form => ({
  units: { ml: 1 },
  measure: 'ml',
  routes: ['buccal', 'oral'],
  en,
  ms,
})
const RUB_IN = ['Rub into the affected area', 'Sapukan pada bahagian yang terjejas'] as const

/** The one table of dose forms. Adding a form is adding an entry. */
export const FORMS = {
  tablet: solid('tablet', 'Take {n}', 'Makan {n}'),
  capsule: solid('capsule', 'Take {n}', 'Makan {n}'),
  lozenge: solid('lozenge', 'Let {n} dissolve in the mouth', 'Hisap {n}'),
  sachet: solid('sachet', 'Dissolve {n} in water and drink', 'Larutkan {n} dalam air dan minum'),
  syrup: liquid('Take {n}', 'Minum {n}'),
  mixture: liquid('Take {n}', 'Minum {n}'),
  drops: {
    ...liquid('Take {n}', 'Minum {n}'),
    units: { ml: 1, drop: DROP_ML },
  },
  gargle: rinse('Gargle with {n}, do not swallow', 'Kumur dengan {n}, jangan ditelan'),
  mouthwash: rinse('Rinse the mouth with {n}, do not swallow', 'Kumur dengan {n}, jangan ditelan'),
  cream: tube(FINGERTIP_G),
  ointment: tube(FINGERTIP_G),
  gel: tube(FINGERTIP_G),
  lotion: skinLiquid(...RUB_IN),
  liniment: skinLiquid(...RUB_IN),
  oil: skinLiquid(...RUB_IN),
  solution: skinLiquid('Apply to the affected area', 'Sapukan pada bahagian yang terjejas'),
  shampoo: skinLiquid('Wash the hair with it', 'Gunakan untuk mencuci rambut'),
  powder: {
    units: { application: 1, g: 1 },
    measure: 'g',
    routes: ['topical'],
    en: 'Dust on the affected area',
    ms: 'Tabur pada bahagian yang terjejas',
  },
  'eye drops': drops('eye', 'Put {n} into the affected eye', 'Titiskan {n} ke dalam mata', OPENED_EYE_DAYS),
  'ear drops': drops('ear', 'Put {n} into the affected ear', 'Titiskan {n} ke dalam telinga'),
  'nasal drops': drops('nasal', 'Put {n} into the nostril', 'Titiskan {n} ke dalam hidung'),
  'eye ointment': {
    units: { application: EYE_STRIP_G },
    measure: 'g',
    routes: ['eye'],
    openDays: OPENED_EYE_DAYS,
    en: 'Apply a thin strip inside the lower eyelid',
    ms: 'Sapu nipis di dalam kelopak mata bawah',
  },
  'nasal spray': {
    units: { puff: 1 },
    measure: 'puff',
    routes: ['nasal'],
    en: 'Spray {n} into the nostril',
    ms: 'Semburkan {n} ke dalam hidung',
  },
  inhaler: {
    units: { puff: 1 },
    measure: 'puff',
    routes: ['inhaled'],
    en: 'Inhale {n}',
    ms: 'Sedut {n}',
  },
  'nebuliser solution': {
    units: { ml: 1 },
    measure: 'ml',
    routes: ['inhaled'],
    en: 'Breathe in {n} through the nebuliser',
    ms: 'Sedut {n} melalui nebuliser',
  },
  suppository: {
    units: { suppository: 1 },
    measure: 'each',
    routes: ['rectal'],
    en: 'Insert {n} into the rectum',
    ms: 'Masukkan {n} ke dalam dubur',
  },
  pessary: {
    units: { pessary: 1 },
    measure: 'each',
    routes: ['vaginal'],
    en: 'Insert {n} into the vagina',
    ms: 'Masukkan {n} ke dalam faraj',
  },
  patch: {
    units: { patch: 1 },
    measure: 'each',
    routes: ['transdermal', 'topical'],
    en: 'Stick {n} on the skin',
    ms: 'Tampal {n} pada kulit',
  },
  injection: {
    units: { ampoule: 1, ml: 1 },
    measure: 'ml',
    routes: ['im', 'iv', 'sc'],
    singleUse: true,
    en: '{n}, given by injection',
    ms: '{n}, diberi secara suntikan',
  },
  'prefilled syringe': {
    units: { syringe: 1 },
    measure: 'each',
    routes: ['im', 'sc'],
    en: '{n}, given by injection',
    ms: '{n}, diberi secara suntikan',
  },
  'prefilled pen': {
    units: { iu: 1 },
    measure: 'iu',
    routes: ['sc'],
    openDays: OPENED_PEN_DAYS,
    en: 'Inject {n} under the skin',
    ms: 'Suntik {n} di bawah kulit',
  },
  other: {
    units: { piece: 1 },
    measure: 'each',
    routes: ['oral', ...ROUTES.slice(1)],
    en: 'Use {n}',
    ms: 'Guna {n}',
  },
} as const satisfies Record<string, Form>

/** A key of {@link FORMS}. */
export type FormName = keyof typeof FORMS

/** Words of price lists that mean a form of the table; the first that is found in the name of the form counts. */
const WORDS: readonly (readonly [RegExp, FormName])[] = [
  [/eye.*oint/, 'eye ointment'],
  [/eye|ophth/, 'eye drops'],
  [/ear|otic/, 'ear drops'],
  [/(nasal|nose).*drop/, 'nasal drops'],
  [/nasal|nose/, 'nasal spray'],
  [/neb/, 'nebuliser solution'],
  [/inhal|puff|turbuhaler|evohaler/, 'inhaler'],
  [/pen\b/, 'prefilled pen'],
  [/syringe/, 'prefilled syringe'],
  [/inj|ampoule|vial/, 'injection'],
  [/suppos/, 'suppository'],
  [/pessar/, 'pessary'],
  [/patch|plaster/, 'patch'],
  [/tab|caplet/, 'tablet'],
  [/cap/, 'capsule'],
  [/lozenge|troche/, 'lozenge'],
  [/sachet|granule/, 'sachet'],
  [/syrup|susp|elixir|linctus|oral sol/, 'syrup'],
  [/drop/, 'drops'],
  [/shampoo/, 'shampoo'],
  [/cream/, 'cream'],
  [/oint/, 'ointment'],
  [/gel/, 'gel'],
  [/lotion/, 'lotion'],
]

/** The form of a medicine: by its own name of it, by words in that, or by its unit of sale. */
export function formOf(medicine: { form: string | null; unit: string }): FormName {
  for (const text of [medicine.form ?? '', medicine.unit]) {
    const name = text.trim().toLowerCase()
    if (Object.hasOwn(FORMS, name)) return name as FormName
    const found = WORDS.find(([words]) => words.test(name))
    if (found !== undefined) return found[1]
  }
  return 'other'
}
