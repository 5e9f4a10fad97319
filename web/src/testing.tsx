import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { SessionContext, type SessionValue } from './app/session.tsx'
import type { User } from './features/auth/types.ts'
import { startI18n } from './lib/i18n.ts'
import { makeQueryClient } from './lib/query.ts'

/** A person who may do nothing in particular. */
const SOMEBODY = { id: '1', username: 'somebody', name: 'Somebody', permissions: [] } as unknown as User
const signedIn = (user: User): SessionValue => ({
  state: 'in',
  user,
  entered: () => {},
  leave: async () => {},
  retry: () => {},
  lock: () => {},
  unlock: async () => {},
  abandon: () => {},
})

/** Draws a page for a test at an address, with all that pages stand on; other addresses show their path. */
export async function drawPage(page: ReactNode, path: string, at: string, user = SOMEBODY) {
  await startI18n('en')
  const queries = makeQueryClient()
  const router = createMemoryRouter(
    [
      { path, element: page },
      { path: '*', element: <p data-testid="elsewhere" /> },
    ],
    { initialEntries: [at] },
  )
  const drawn = render(
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <SessionContext value={signedIn(user)}>
          <RouterProvider router={router} />
        </SessionContext>
      </QueryClientProvider>
    </MantineProvider>,
  )
  return { ...drawn, queries, router }
}
