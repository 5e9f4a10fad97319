import type { Deps } from '../../shared/deps.ts'
import { createSession } from '../../shared/users/sessions.ts'

let made = 0

/** A signed-in administrator, another one each time; answers the cookie that requests carry. */
export async function signedIn(deps: Deps): Promise<string> {
  const [id] = await deps.db('users').insert({
    username: `bench${Date.now()}-${made++}`,
    name: 'Bench',
    role: 'admin',
    password_hash: 'none',
  })
  const { secret } = await createSession(
    deps,
    {
      userId: String(id),
      username: 'bench',
      name: 'Bench',
      role: 'admin',
      grants: [],
      mustChangePassword: false,
    },
    { address: '127.0.0.1', userAgent: 'bench' },
  )
  return `clinic=${secret}`
}

const REMARK_CHARS = 1400

/** One stored patient whose JSON is about 2 KB; answers the id. */
export async function bigPatient(deps: Deps): Promise<string> {
  const row = {
    id: 1,
    name: 'Nurul Aisyah binti Abdullah',
    id_type: 'NRIC',
    id_number: '900101015556',
    date_of_birth: '1990-01-01',
    gender: 'F',
    phone: '+60123456789',
    email: 'aisyah@mail.example',
    address: '12, Jalan Mawar, Shah Alam',
    postcode: '40000',
    state: 'Selangor',
    remarks: 'Follow-up notes. '.repeat(REMARK_CHARS / 17),
  }
  // benches of one run share a database
  await deps.db('patients').insert(row).onConflict('id').merge()
  return '1'
}

/** A GET request as bytes. */
export const getRequest = (path: string, headers: Record<string, string> = {}): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n')

/** A POST request with a JSON body, as bytes. */
export function postRequest(path: string, headers: Record<string, string>, body: unknown): string {
  const json = JSON.stringify(body)
  return [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'X-Requested-With: clinic',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(json)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    json,
  ].join('\r\n')
}
