import { lazy, Suspense } from 'react'

const DisplayPage = lazy(async () => ({
  default: (await import('../features/display/pages/DisplayPage.tsx')).DisplayPage,
}))
const TrackPage = lazy(async () => ({
  default: (await import('../features/track/pages/TrackPage.tsx')).TrackPage,
}))
const VerifyPage = lazy(async () => ({
  default: (await import('../features/verify/pages/VerifyPage.tsx')).VerifyPage,
}))

const PUBLIC = /^\/(display|(track|verify)\/([^/]+))\/?$/

/** Whether an address is one of the pages that need no sign-in. */
export const isPublic = (path: string): boolean => PUBLIC.test(path)

/** The pages for people without an account: the waiting room's screen, a slip's place, and a certificate's check. */
export function PublicPages({ path }: { path: string }) {
  return <Suspense fallback={null}>{pageAt(path)}</Suspense>
}

function pageAt(path: string) {
  const [, , name, part = ''] = PUBLIC.exec(path) ?? []
  if (name === 'track') return <TrackPage token={decoded(part)} />
  return name === 'verify' ? <VerifyPage code={decoded(part)} /> : <DisplayPage />
}

/** A part of an address; what cannot be decoded is nobody's, as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
