import type { Texts } from '../../../shared/documents/words.ts'
import type { Section } from '../../../shared/exports/patient-file/rights.ts'

/** Headings of the sections, and of those that are left out. */
export const SECTION_TEXTS = {
  person: { en: 'Person', ms: 'Maklumat diri' },
  visits: { en: 'Visits', ms: 'Lawatan' },
  consultations: { en: 'Consultations', ms: 'Konsultasi' },
  conditions: { en: 'Conditions kept elsewhere', ms: 'Keadaan dari sistem lain' },
  prescriptions: { en: 'Medicines', ms: 'Ubat-ubatan' },
  certificates: { en: 'Medical certificates', ms: 'Sijil cuti sakit' },
  letters: { en: 'Letters', ms: 'Surat' },
  bills: { en: 'Bills', ms: 'Bil' },
  payments: { en: 'Payments', ms: 'Bayaran' },
  appointments: { en: 'Appointments', ms: 'Temujanji' },
  merges: { en: 'Records put together', ms: 'Rekod yang digabungkan' },
  access: { en: 'Who used this file', ms: 'Siapa yang menggunakan fail ini' },
} as const satisfies Texts<Section>

/** Words of the printed file; each stands there in both languages. */
export const FILE_TEXTS = {
  title: { en: 'PATIENT FILE', ms: 'FAIL PESAKIT' },
  about: {
    en: 'All that this clinic keeps of the person named below, as of {at}.',
    ms: 'Semua yang disimpan oleh klinik ini tentang orang di bawah, setakat {at}.',
  },
  leftOut: {
    en: 'Not in this copy: {sections}.',
    ms: 'Tiada dalam salinan ini: {sections}.',
  },
  none: { en: 'Nothing is kept.', ms: 'Tiada rekod.' },
  page: { en: 'Page {n}', ms: 'Muka {n}' },
  clinicNumber: { en: 'Clinic number', ms: 'No. klinik' },
  name: { en: 'Name', ms: 'Nama' },
  idNumber: { en: 'ID number', ms: 'No. pengenalan' },
  dateOfBirth: { en: 'Born', ms: 'Lahir' },
  gender: { en: 'Sex', ms: 'Jantina' },
  phone: { en: 'Telephone', ms: 'Telefon' },
  email: { en: 'E-mail', ms: 'E-mel' },
  address: { en: 'Address', ms: 'Alamat' },
  company: { en: 'Company', ms: 'Syarikat' },
  nextOfKin: { en: 'Next of kin', ms: 'Waris' },
  consentOn: { en: 'Consent', ms: 'Persetujuan' },
  registeredOn: { en: 'Registered', ms: 'Didaftarkan' },
  externalId: { en: 'Earlier number', ms: 'No. dahulu' },
  allergies: { en: 'Allergies', ms: 'Alahan' },
  chronicConditions: { en: 'Lasting illnesses', ms: 'Penyakit kronik' },
  medicalHistory: { en: 'Medical history', ms: 'Sejarah perubatan' },
  remarks: { en: 'Remarks', ms: 'Catatan' },
  reason: { en: 'Reason', ms: 'Sebab' },
  vitals: { en: 'Vitals', ms: 'Tanda vital' },
  subjective: { en: 'Complaint', ms: 'Aduan' },
  objective: { en: 'Findings', ms: 'Pemeriksaan' },
  assessment: { en: 'Assessment', ms: 'Penilaian' },
  plan: { en: 'Plan', ms: 'Pelan' },
  diagnoses: { en: 'Diagnoses', ms: 'Diagnosis' },
  procedures: { en: 'Procedures', ms: 'Prosedur' },
  followUp: { en: 'Follow-up', ms: 'Susulan' },
  notes: { en: 'Notes', ms: 'Nota' },
  imported: { en: 'from another system', ms: 'dari sistem lain' },
  mcDays: { en: 'Sick leave', ms: 'Cuti sakit' },
  total: { en: 'Total', ms: 'Jumlah' },
  paid: { en: 'Paid', ms: 'Dibayar' },
  shared: {
    en: 'together with others; only this person’s lines are shown',
    ms: 'bersama orang lain; hanya butiran orang ini ditunjukkan',
  },
} as const satisfies Texts

/** A key of {@link FILE_TEXTS}. */
export type FileText = keyof typeof FILE_TEXTS

/** Words for states and kinds; what is not here stands as it is. */
export const STATE_TEXTS: Readonly<Record<string, { en: string; ms: string }>> = {
  waiting: { en: 'waiting', ms: 'menunggu' },
  completed: { en: 'completed', ms: 'selesai' },
  cancelled: { en: 'cancelled', ms: 'dibatalkan' },
  no_show: { en: 'did not come', ms: 'tidak hadir' },
  ordered: { en: 'ordered', ms: 'dipesan' },
  prepared: { en: 'prepared', ms: 'disediakan' },
  handed_over: { en: 'handed over', ms: 'diserahkan' },
  returned: { en: 'returned', ms: 'dipulangkan' },
  issued: { en: 'issued', ms: 'dikeluarkan' },
  void: { en: 'void', ms: 'batal' },
  open: { en: 'open', ms: 'belum dibayar' },
  part_paid: { en: 'paid in part', ms: 'dibayar sebahagian' },
  paid: { en: 'paid', ms: 'dibayar' },
  refunded: { en: 'refunded', ms: 'dipulangkan' },
  refund: { en: 'refund', ms: 'pulangan' },
  payment: { en: 'payment', ms: 'bayaran' },
  recorded: { en: 'recorded', ms: 'direkodkan' },
  booked: { en: 'booked', ms: 'ditempah' },
  arrived: { en: 'arrived', ms: 'telah tiba' },
  done: { en: 'done', ms: 'selesai' },
  referral: { en: 'referral letter', ms: 'surat rujukan' },
  time_slip: { en: 'time slip', ms: 'slip masa' },
  cash: { en: 'cash', ms: 'tunai' },
  card: { en: 'card', ms: 'kad' },
  transfer: { en: 'transfer', ms: 'pindahan' },
}

/** What is measured, with its unit. */
export const VITAL_TEXTS: Readonly<Record<string, { en: string; ms: string; unit: string }>> = {
  temperature: { en: 'temperature', ms: 'suhu', unit: '°C' },
  pulse: { en: 'pulse', ms: 'nadi', unit: '/min' },
  systolic: { en: 'systolic', ms: 'sistolik', unit: 'mmHg' },
  diastolic: { en: 'diastolic', ms: 'diastolik', unit: 'mmHg' },
  respiratoryRate: { en: 'breaths', ms: 'pernafasan', unit: '/min' },
  oxygenSaturation: { en: 'oxygen', ms: 'oksigen', unit: '%' },
  weight: { en: 'weight', ms: 'berat', unit: 'kg' },
  height: { en: 'height', ms: 'tinggi', unit: 'cm' },
  glucose: { en: 'glucose', ms: 'glukosa', unit: 'mmol/L' },
  pain: { en: 'pain', ms: 'kesakitan', unit: '/10' },
}
