import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SessionProvider, useSession } from '../../../app/session.tsx'
import { drawPage } from '../../../testing.tsx'
import { SignInPage } from './SignInPage.tsx'
import { TwoFactorPage } from './TwoFactorPage.tsx'

const user = {
  id: '1',
  username: 'aminah',
  name: 'Aminah',
  email: null,
  role: 'doctor',
  permissions: [],
  twoFactor: false,
}
const answers = new Map<string, { status: number; body: unknown }[]>()
const sent: { path: string; body: Record<string, unknown> }[] = []

const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status })

beforeEach(() => {
  answers.clear()
  sent.length = 0
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    if (path === '/api/auth/me') {
      const me = answers.get(path)?.[0]
      return me === undefined ? json({ code: 'auth/required' }, 401) : json(me.body, me.status)
    }
    sent.push({ path, body: JSON.parse(String(init.body)) })
    const next = answers.get(path)?.shift()
    return next === undefined ? json({ code: 'internal' }, 500) : json(next.body, next.status)
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const type = (label: string | RegExp, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } })
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

function State() {
  return <p data-testid="state">{useSession().state}</p>
}

it('asks for the code after the password, and sends both together', async () => {
  answers.set('/api/auth/login', [
    { status: 401, body: { code: 'auth/totp-required', status: 401 } },
    { status: 401, body: { code: 'auth/totp-failed', status: 401 } },
    { status: 200, body: { user: { ...user, twoFactor: true }, mustChangePassword: false } },
  ])
  await drawPage(
    <SessionProvider>
      <SignInPage />
      <State />
    </SessionProvider>,
    '/',
    '/',
  )
  expect(screen.queryByLabelText('Code')).toBeNull()
  type(/user name/i, 'aminah')
  type('Password', 'seven green umbrellas')
  press('Sign in')
  await waitFor(() => screen.getByLabelText('Code'))
  // asking for the code is no fault to be told
  expect(screen.queryByRole('alert')).toBeNull()
  type('Code', '000000')
  press('Sign in')
  await waitFor(() => screen.getByRole('alert'))
  expect((screen.getByLabelText('Code') as HTMLInputElement).value).toBe('')
  type('Code', '123456')
  press('Sign in')
  await waitFor(() => expect(screen.getByTestId('state').textContent).toBe('in'))
  expect(sent.map(({ body }) => [body.username, body.password, body.code])).toEqual([
    ['aminah', 'seven green umbrellas', undefined],
    ['aminah', 'seven green umbrellas', '000000'],
    ['aminah', 'seven green umbrellas', '123456'],
  ])
})

it('is set up by password and first code, and shows the recovery codes once', async () => {
  answers.set('/api/auth/me', [{ status: 200, body: { user, mustChangePassword: false } }])
  answers.set('/api/auth/2fa/setup', [
    { status: 200, body: { secret: 'ABCDEFGH', uri: 'otpauth://x', qr: 'data:image/png;base64,AA==' } },
  ])
  const on = { ...user, twoFactor: true }
  answers.set('/api/auth/2fa/enable', [
    { status: 200, body: { user: on, mustChangePassword: false, recoveryCodes: ['aaaa-bbbb', 'cccc-dddd'] } },
  ])
  await drawPage(
    <SessionProvider>
      <WhenIn />
    </SessionProvider>,
    '/',
    '/',
  )
  await waitFor(() => screen.getByLabelText('Your password'))
  type('Your password', 'seven green umbrellas')
  press('Set up')
  await waitFor(() => screen.getByAltText('Picture for the authenticator app'))
  screen.getByText('ABCD EFGH')
  type('Code', '123456')
  press('Turn on')
  await waitFor(() => screen.getByText(/aaaa-bbbb/))
  press('I have kept them')
  await waitFor(() => screen.getByText('The second step is on.'))
  expect(screen.queryByText(/aaaa-bbbb/)).toBeNull()
  expect(sent.map(({ body }) => body)).toEqual([{ password: 'seven green umbrellas' }, { code: '123456' }])
})

function WhenIn() {
  return useSession().state === 'in' ? <TwoFactorPage /> : null
}
