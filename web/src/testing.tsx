import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { startI18n } from './lib/i18n.ts'
import { makeQueryClient } from './lib/query.ts'

/** Draws a page for a test at an address, with all that pages stand on; other addresses show their path. */
export async function drawPage(page: ReactNode, path: string, at: string) {
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
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  )
  return { ...drawn, queries, router }
}
