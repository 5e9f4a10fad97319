import type { z } from 'zod'
import type { contentInput } from '../../shared/consultations/schema.ts'
import type { FrequencyCode, Timing } from '../../shared/prescriptions/frequencies.ts'

/** One medicine of a case, by its number in the formulary that ships with the system. */
export interface DemoMedicine {
  sku: string
  /** In the usual unit of its form: tablets, millilitres, puffs … */
  dose: number
  frequency: FrequencyCode
  timing?: Timing
  days: number
}

/** What a doctor finds, writes and orders. */
export interface DemoCase {
  note: z.input<typeof contentInput>
  medicines: readonly DemoMedicine[]
}

const PARACETAMOL: DemoMedicine = {
  sku: 'MED0001',
  dose: 2,
  frequency: 'QID',
  timing: 'after_food',
  days: 3,
}
const CETIRIZINE: DemoMedicine = { sku: 'MED0125', dose: 1, frequency: 'ON', days: 5 }
const daily = (sku: string, timing: Timing = 'after_food'): DemoMedicine => ({
  sku,
  dose: 1,
  frequency: 'OD',
  timing,
  days: 30,
})

/** Complaints of an ordinary day in a general practice. */
export const DEMO_CASES = {
  cold: {
    note: {
      vitals: { temperature: 37.9, pulse: 92, systolic: 124, diastolic: 78, oxygenSaturation: 98 },
      subjective: 'Runny nose, cough and sore throat for 2 days. Mild fever at night.',
      objective: 'Throat injected, no exudate. Lungs clear.',
      assessment: 'Viral upper respiratory infection.',
      plan: 'Symptomatic treatment, fluids, rest. Return if fever lasts beyond 3 days.',
      diagnoses: [{ code: 'J06.9', primary: true }],
    },
    medicines: [
      PARACETAMOL,
      CETIRIZINE,
      { sku: 'MED0144', dose: 1, frequency: 'TDS', timing: 'after_food', days: 5 },
    ],
  },
  childFever: {
    note: {
      vitals: { temperature: 38.6, pulse: 118, respiratoryRate: 26, oxygenSaturation: 98, weight: 14.5 },
      subjective: 'Fever since last night, less appetite, still drinking and playing.',
      objective: 'Alert, well hydrated. Throat mildly red, ears clear, no rash.',
      assessment: 'Viral fever, no signs of dengue at present.',
      plan: 'Paracetamol, tepid sponging, fluids. Warning signs explained to the parent. Review in 2 days.',
      diagnoses: [{ code: 'B34.9', primary: true }],
    },
    medicines: [{ sku: 'MED0003', dose: 5, frequency: 'QID', days: 2 }],
  },
  tonsillitis: {
    note: {
      vitals: { temperature: 38.4, pulse: 98, systolic: 118, diastolic: 74, oxygenSaturation: 99 },
      subjective: 'Painful swallowing and fever for 3 days, no cough.',
      objective: 'Tonsils enlarged with exudate, tender cervical nodes.',
      assessment: 'Acute tonsillitis, probably bacterial.',
      plan: 'Antibiotic, to be finished. Analgesia and rest.',
      diagnoses: [{ code: 'J03.90', primary: true }],
    },
    medicines: [PARACETAMOL, { sku: 'MED0041', dose: 1, frequency: 'TDS', timing: 'after_food', days: 5 }],
  },
  gastroenteritis: {
    note: {
      vitals: { temperature: 37.4, pulse: 96, systolic: 112, diastolic: 70 },
      subjective: 'Loose stools 5 times and vomiting twice since eating out yesterday.',
      objective: 'Mildly dry mucosa, abdomen soft.',
      assessment: 'Acute gastroenteritis with mild dehydration.',
      plan: 'Oral rehydration, light diet, hand hygiene. Return if blood in stool or unable to drink.',
      diagnoses: [{ code: 'A09', primary: true }],
    },
    medicines: [{ sku: 'MED0245', dose: 1, frequency: 'TDS', days: 2 }],
  },
  pressure: {
    note: {
      vitals: { pulse: 76, systolic: 142, diastolic: 88, weight: 71.2, height: 162 },
      subjective: 'Follow-up of blood pressure and cholesterol. No chest pain. Takes the medicine regularly.',
      objective: 'Heart sounds normal, no oedema.',
      assessment: 'Hypertension, nearly at target. Hyperlipidaemia.',
      plan: 'Continue. Less salt. Blood tests before the next visit in a month.',
      diagnoses: [{ code: 'I10', primary: true }, { code: 'E78.5' }],
    },
    medicines: [daily('MED0273'), { ...daily('MED0324'), frequency: 'ON' }],
  },
  sugar: {
    note: {
      vitals: { pulse: 80, systolic: 134, diastolic: 82, weight: 78.4, height: 168, glucose: 8.9 },
      subjective: 'Diabetes follow-up. Home readings 7 to 9 mmol/L. No hypoglycaemia.',
      objective: 'Feet: pulses and sensation present, no ulcer.',
      assessment: 'Type 2 diabetes, control fair.',
      plan: 'Continue metformin, diet advice. HbA1c in two months.',
      diagnoses: [{ code: 'E11.9', primary: true }],
      procedures: [{ description: 'Capillary blood glucose', price: '8.00', quantity: 1 }],
    },
    medicines: [{ ...daily('MED0255'), frequency: 'BD' }],
  },
  gastritis: {
    note: {
      vitals: { temperature: 36.8, pulse: 84, systolic: 126, diastolic: 80, pain: 4 },
      subjective: 'Burning upper abdominal pain for a week, worse before meals. Much coffee.',
      objective: 'Epigastric tenderness, no guarding.',
      assessment: 'Gastritis.',
      plan: 'Omeprazole for two weeks, regular meals, less coffee.',
      diagnoses: [{ code: 'K29.70', primary: true }],
    },
    medicines: [{ sku: 'MED0215', dose: 1, frequency: 'OD', timing: 'before_food', days: 14 }],
  },
  back: {
    note: {
      vitals: { pulse: 78, systolic: 128, diastolic: 82, pain: 6 },
      subjective: 'Low back pain since lifting boxes yesterday. No numbness, bladder and bowels normal.',
      objective: 'Paraspinal tenderness, straight leg raise negative.',
      assessment: 'Mechanical low back pain.',
      plan: 'Analgesia after food for 3 days, keep moving, lifting technique.',
      diagnoses: [{ code: 'M54.50', primary: true }],
    },
    medicines: [{ sku: 'MED0014', dose: 1, frequency: 'TDS', timing: 'after_food', days: 3 }],
  },
  asthma: {
    note: {
      vitals: { pulse: 98, respiratoryRate: 22, oxygenSaturation: 96, systolic: 122, diastolic: 76 },
      subjective: 'Wheezing since last night, inhaler used up. No fever.',
      objective: 'Scattered wheeze, speaks in full sentences.',
      assessment: 'Mild asthma exacerbation.',
      plan: 'Nebulised here with good effect. New inhaler, technique checked.',
      diagnoses: [{ code: 'J45.901', primary: true }],
      procedures: [{ description: 'Nebuliser', price: '25.00', quantity: 1 }],
    },
    medicines: [{ sku: 'MED0163', dose: 2, frequency: 'QID', days: 14 }],
  },
  antenatal: {
    note: {
      vitals: { pulse: 86, systolic: 114, diastolic: 70, weight: 62.8 },
      subjective: 'Antenatal check at 24 weeks. Fetal movements felt. No bleeding.',
      objective: 'Fundal height matches dates, fetal heart 146 beats a minute.',
      assessment: 'Normal pregnancy, progressing well.',
      plan: 'Continue supplements. Next check in four weeks.',
      diagnoses: [{ code: 'Z34.90', primary: true }],
      procedures: [{ description: 'Ultrasound scan', price: '60.00', quantity: 1 }],
    },
    medicines: [],
  },
} satisfies Record<string, DemoCase>

/** A key of {@link DEMO_CASES}. */
export type DemoCaseName = keyof typeof DEMO_CASES
