import type { RecordRules } from './row.ts'

const SKU = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$/
const ATC = /^[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$/
const POISON_GROUP = /^[A-F]$/
const MAX_NAME = 200
const MAX_FORM = 40
const MAX_STRENGTH = 80
const MAX_UNIT = 40

/** The stored form of a medicine's code, or null. */
export const canonicalSku = (text: string): string | null => (SKU.test(text) ? text : null)

const upperCase = (pattern: RegExp) => (text: string) => {
  const upper = text.toUpperCase()
  return pattern.test(upper) ? upper : null
}

/** Medicines with their prices, by their codes. */
export const MEDICATION_RULES: RecordRules = {
  fields: [
    {
      name: 'sku',
      required: true,
      format: '1 to 40 letters, digits or . _ / -, unique',
      example: 'RX001',
      synonyms: ['code', 'item code', 'medication code', 'drug code', 'medication sku', 'kod ubat'],
    },
    {
      name: 'generic_name',
      required: true,
      format: 'up to 200 characters',
      example: 'Paracetamol',
      synonyms: [
        'name',
        'generic',
        'medication',
        'medicine',
        'drug name',
        'description',
        'nama',
        'nama ubat',
      ],
    },
    {
      name: 'brand_name',
      required: false,
      format: 'up to 200 characters',
      example: 'Panadol',
      synonyms: ['brand', 'trade name', 'jenama'],
    },
    {
      name: 'form',
      required: false,
      format: 'up to 40 characters',
      example: 'tablet',
      synonyms: ['dosage form', 'bentuk'],
    },
    {
      name: 'strength',
      required: false,
      format: 'up to 80 characters',
      example: '500 mg',
      synonyms: ['kekuatan'],
    },
    {
      name: 'unit',
      required: true,
      format: 'what one of it is sold as, up to 40 characters',
      example: 'tablet',
      synonyms: ['uom', 'unit of sale', 'unit jualan'],
    },
    {
      name: 'category',
      required: false,
      format: 'up to 80 characters',
      example: 'Analgesic',
      synonyms: ['kategori', 'group'],
    },
    {
      name: 'atc_code',
      required: false,
      format: 'ATC code or its beginning',
      example: 'N02BE01',
      synonyms: ['atc'],
    },
    {
      name: 'poison_group',
      required: false,
      format: 'A to F',
      example: 'B',
      synonyms: ['poison class', 'kumpulan racun'],
    },
    {
      name: 'cost_price',
      required: false,
      format: 'RM',
      example: '0.12',
      synonyms: ['cost', 'harga kos'],
    },
    {
      name: 'selling_price',
      required: true,
      format: 'RM',
      example: '0.30',
      synonyms: ['price', 'unit price', 'selling', 'harga', 'harga jualan'],
    },
  ],
  leastNeeded: ['sku', 'generic_name', 'unit', 'selling_price'],
  keys: ['sku'],
  read: (row) => {
    // a format without a place for a price (FHIR): the medicine is known from then on, but nobody may sell it
    const isPriced = row.options.isPartial !== true || row.given('selling_price') !== ''
    if (isPriced && row.given('selling_price') === '') row.fault('selling_price', 'MISSING_SELLING_PRICE')
    return {
      active: isPriced ? null : '0',
      sku: row.value('sku', canonicalSku, 'BAD_SKU', 'MISSING_SKU'),
      generic_name: row.name('generic_name', MAX_NAME),
      brand_name: row.text('brand_name', MAX_NAME),
      form: row.text('form', MAX_FORM),
      strength: row.text('strength', MAX_STRENGTH),
      unit: row.text('unit', MAX_UNIT, 'MISSING_UNIT'),
      category: row.text('category', MAX_STRENGTH),
      atc_code: row.value('atc_code', upperCase(ATC), 'BAD_ATC'),
      poison_group: row.value('poison_group', upperCase(POISON_GROUP), 'BAD_POISON_GROUP'),
      cost_price: row.amount('cost_price'),
      selling_price: isPriced ? row.amount('selling_price') : null,
    }
  },
}
