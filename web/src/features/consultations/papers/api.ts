import type { Certificate } from '../../../../../shared/certificates/schema.ts'
import type { Letter } from '../../../../../shared/letters/schema.ts'
import { request } from '../../../lib/http.ts'

export type { Certificate } from '../../../../../shared/certificates/schema.ts'
export type { Letter } from '../../../../../shared/letters/schema.ts'

export type Language = 'en' | 'ms'

export const paperKeys = {
  certificates: (consultationId: string) => ['certificates', 'of', consultationId],
  letters: (consultationId: string) => ['letters', 'of', consultationId],
} as const

const pathOf = (consultationId: string): string => `/api/consultations/${encodeURIComponent(consultationId)}`

/** Issues a sick leave certificate, first and last day included; 422 names what is missing. */
export function issueCertificate(
  consultationId: string,
  leave: { from: string; to: string },
  idempotencyKey: string,
): Promise<Certificate> {
  return request<Certificate>(`${pathOf(consultationId)}/certificate`, {
    method: 'POST',
    body: leave,
    idempotencyKey,
  })
}

export async function fetchCertificates(
  consultationId: string,
  signal?: AbortSignal,
): Promise<Certificate[]> {
  const query = new URLSearchParams({ consultation: consultationId })
  return (await request<{ data: Certificate[] }>(`/api/certificates?${query}`, { signal })).data
}

/** Makes a certificate void for good. */
export function voidCertificate({ id, version }: Certificate, reason: string): Promise<Certificate> {
  return request<Certificate>(`/api/certificates/${encodeURIComponent(id)}/void`, {
    method: 'POST',
    body: { reason, version },
  })
}

/** What a letter is made of beside the consultation. */
export type LetterDraft =
  | { kind: 'referral'; language: Language; recipient: string; details: string }
  | { kind: 'time_slip'; language: Language; from: string; to: string; details: string }

export function issueLetter(
  consultationId: string,
  letter: LetterDraft,
  idempotencyKey: string,
): Promise<Letter> {
  return request<Letter>(`${pathOf(consultationId)}/letters`, {
    method: 'POST',
    body: letter,
    idempotencyKey,
  })
}

export async function fetchLetters(consultationId: string, signal?: AbortSignal): Promise<Letter[]> {
  const query = new URLSearchParams({ consultation: consultationId })
  return (await request<{ data: Letter[] }>(`/api/letters?${query}`, { signal })).data
}

/** Where the paper itself is; it opens in a tab of its own, to be printed. */
export const certificatePdf = (id: string, language: Language): string =>
  `/api/certificates/${id}.pdf?language=${language}`
export const letterPdf = (id: string): string => `/api/letters/${id}.pdf`
