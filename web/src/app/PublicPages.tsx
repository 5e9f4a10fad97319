import { lazy, Suspense } from 'react'

const DisplayPage = lazy(async () => ({
  default: (await import('../features/display/pages/DisplayPage.tsx')).DisplayPage,
}))
const TrackPage = lazy(async () => ({
  default: (await import('../features/track/pages/TrackPage.tsx')).TrackPage,
}))

const PUBLIC = /^\/(display|track\/([^/]+))\/?$/

/** Whether an address is one of the pages that need no sign-in. */
export const isPublic = (path: string): boolean => PUBLIC.test(path)

/** The pages for people without an account: the waiting room's screen, and a slip's place on a phone. */
export function PublicPages({ path }: { path: string }) {
  const token = PUBLIC.exec(path)?.[2]
  return (
    <Suspense fallback={null}>
      {token === undefined ? <DisplayPage /> : <TrackPage token={decodeURIComponent(token)} />}
    </Suspense>
  )
}
