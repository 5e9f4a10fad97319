import type { Texts } from '../documents/words.ts'

/** Texts of a certificate on paper. */
export const CERTIFICATE_TEXTS = {
  title: { en: 'MEDICAL CERTIFICATE', ms: 'SIJIL CUTI SAKIT' },
  number: { en: 'No.', ms: 'No.' },
  date: { en: 'Date', ms: 'Tarikh' },
  certified: {
    en: 'This is to certify that I have examined the following person, who is unfit for duty or school for the days given below.',
    ms: 'Adalah disahkan bahawa saya telah memeriksa orang berikut, yang tidak sihat untuk bertugas atau bersekolah pada hari-hari di bawah.',
  },
  name: { en: 'Name', ms: 'Nama' },
  idNumber: { en: 'Identity no.', ms: 'No. pengenalan' },
  clinicNumber: { en: 'Clinic no.', ms: 'No. klinik' },
  period: { en: 'Period', ms: 'Tempoh' },
  oneDay: { en: '{from} (1 day)', ms: '{from} (1 hari)' },
  manyDays: {
    en: '{from} to {to}, both included ({days} days)',
    ms: '{from} hingga {to}, termasuk kedua-duanya ({days} hari)',
  },
  notForCourt: {
    en: 'This certificate is not valid for absence from court attendance.',
    ms: 'Sijil ini tidak sah untuk ketidakhadiran di mahkamah.',
  },
  signature: { en: 'Signature and stamp', ms: 'Tandatangan dan cop' },
  mmc: { en: 'MMC no. {number}', ms: 'No. MMC {number}' },
  verify: {
    en: 'Scan to verify. Key {key}.',
    ms: 'Imbas untuk pengesahan. Kunci {key}.',
  },
  void: { en: 'VOID', ms: 'TERBATAL' },
} as const satisfies Texts
