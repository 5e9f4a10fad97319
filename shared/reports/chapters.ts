import type { Words } from './report.ts'

interface Chapter {
  from: string
  to: string
  title: Words
}

const chapter = (from: string, to: string, en: string, ms: string): Chapter => ({
  from,
  to,
  title: { en, ms },
})

/** The chapters of ICD-10 by their first and last category. */
export const CHAPTERS: readonly Chapter[] = [
  chapter('A00', 'B99', 'Infectious and parasitic diseases', 'Penyakit berjangkit dan parasit'),
  chapter('C00', 'D48', 'Neoplasms', 'Neoplasma'),
  chapter('D50', 'D89', 'Blood and immune mechanism', 'Darah dan mekanisme imun'),
  chapter('E00', 'E90', 'Endocrine, nutritional and metabolic', 'Endokrin, pemakanan dan metabolik'),
  chapter('F00', 'F99', 'Mental and behavioural disorders', 'Gangguan mental dan tingkah laku'),
  chapter('G00', 'G99', 'Nervous system', 'Sistem saraf'),
  chapter('H00', 'H59', 'Eye and adnexa', 'Mata dan adneksa'),
  chapter('H60', 'H95', 'Ear and mastoid process', 'Telinga dan mastoid'),
  chapter('I00', 'I99', 'Circulatory system', 'Sistem peredaran darah'),
  chapter('J00', 'J99', 'Respiratory system', 'Sistem pernafasan'),
  chapter('K00', 'K93', 'Digestive system', 'Sistem pencernaan'),
  chapter('L00', 'L99', 'Skin and subcutaneous tissue', 'Kulit dan tisu subkutan'),
  chapter('M00', 'M99', 'Musculoskeletal system', 'Sistem otot dan rangka'),
  chapter('N00', 'N99', 'Genitourinary system', 'Sistem genitourinari'),
  chapter('O00', 'O99', 'Pregnancy and childbirth', 'Kehamilan dan kelahiran'),
  chapter('P00', 'P96', 'Perinatal period', 'Tempoh perinatal'),
  chapter('Q00', 'Q99', 'Congenital malformations', 'Kecacatan kongenital'),
  chapter('R00', 'R99', 'Symptoms and abnormal findings', 'Gejala dan penemuan abnormal'),
  chapter('S00', 'T98', 'Injury and poisoning', 'Kecederaan dan keracunan'),
  chapter('U00', 'U99', 'Special purposes', 'Tujuan khas'),
  chapter('V01', 'Y98', 'External causes', 'Punca luaran'),
  chapter('Z00', 'Z99', 'Contact with health services', 'Faktor perkhidmatan kesihatan'),
]

const CATEGORY_CHARS = 3

/** The chapter of a code, or undefined where there is none. */
export function chapterOf(code: string): Chapter | undefined {
  const category = code.slice(0, CATEGORY_CHARS)
  return CHAPTERS.find(({ from, to }) => from <= category && category <= to)
}
