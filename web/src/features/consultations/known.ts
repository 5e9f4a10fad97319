import type { ConsultationList, Diagnosis, PastVisit } from './types.ts'

/** Diagnoses that stay with a patient, by the beginning of their ICD-10 code. */
const CHRONIC =
  /^(B18|B20|C|D5[67]|E0[3-7]|E1[0-4]|E66|E78|F[0-3]|G20|G3[05]|G4[03]|I1[0-5]|I2[05]|I4[28]|I50|I6[79]|J4[0-57]|K2[1357]|K7[34]|L20|L40|M0[5-8]|M1[05-9]|M81|N18|N40)/

/** Chronic diagnoses of past visits, each code once, the latest first. */
export function chronicOf(visits: readonly PastVisit[]): Diagnosis[] {
  const found = new Map<string, Diagnosis>()
  for (const diagnosis of visits.flatMap(({ diagnoses }) => diagnoses ?? [])) {
    const { code } = diagnosis
    if (code !== null && CHRONIC.test(code) && !found.has(code)) found.set(code, diagnosis)
  }
  return [...found.values()]
}

const FAVOURITES = 8

/** The codes that a doctor used last, the most often used first, then the latest. */
export function favouritesOf(own: ConsultationList | undefined): { code: string; title: string }[] {
  const counts = new Map<string, { title: string; count: number }>()
  for (const { code, title } of own?.data.flatMap(({ diagnoses }) => diagnoses ?? []) ?? []) {
    if (code === null) continue
    const known = counts.get(code)
    counts.set(code, { title: title ?? known?.title ?? '', count: (known?.count ?? 0) + 1 })
  }
  return [...counts]
    .sort(([, a], [, b]) => b.count - a.count)
    .slice(0, FAVOURITES)
    .map(([code, { title }]) => ({ code, title }))
}
