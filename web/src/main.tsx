import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app/app.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { isPublic, PublicPages } from './app/PublicPages.tsx'
import { SessionProvider } from './app/session.tsx'
import { cssVariables, theme } from './app/theme.ts'
import { preferredLanguage, startI18n } from './lib/i18n.ts'
import { makeQueryClient } from './lib/query.ts'

const queries = makeQueryClient()

await startI18n(preferredLanguage())
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        {isPublic(window.location.pathname) ? (
          <PublicPages path={window.location.pathname} />
        ) : (
          <SessionProvider>
            <App />
          </SessionProvider>
        )}
        <Notifications position="bottom-right" limit={3} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
