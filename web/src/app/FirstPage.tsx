import { Navigate } from 'react-router'
import { PLACES, placesFor } from './places.ts'
import { useUser } from './session.tsx'

/** Where a person's work begins: the first place of the rail that is theirs. */
export function FirstPage() {
  const [first] = placesFor(PLACES, useUser())
  return <Navigate to={first?.to ?? '/account/password'} replace />
}
