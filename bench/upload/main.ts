// What a large upload costs the API: memory while a gigabyte comes in, and how soon it answers after the last byte.
import { request } from 'node:http'
import { parseArgs } from 'node:util'
import { closeDeps } from '../../shared/deps.ts'
import { startProcess } from '../../shared/testing/processes.ts'
import { personLine } from '../import/people.ts'
import { signedIn } from '../lib/fixture.ts'
import { peakRssOf } from '../lib/process.ts'
import { report } from '../lib/report.ts'
import { benchDeps, benchEnv } from '../lib/system.ts'

const { values } = parseArgs({ options: { megabytes: { type: 'string', default: '1024' } }, strict: false })
const MB = 1024 * 1024
const BYTES = Number(values.megabytes) * MB
const BOUNDARY = 'bench-boundary'
const part = (name: string, value: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

const deps = await benchDeps()
const api = await startProcess('api', benchEnv(deps.config))
try {
  await api.ready()
  const cookie = await signedIn(deps)
  const lines = Array.from({ length: 6000 }, (_, n) => personLine(n + 1)).join('\n')
  const block = Buffer.from(`${lines}\n`)
  const head = Buffer.from(
    `${part('kind', 'patients')}${part('options', '{}')}--${BOUNDARY}\r\n` +
      'Content-Disposition: form-data; name="file"; filename="people.csv"\r\nContent-Type: text/csv\r\n\r\n' +
      'external_id,name,id_type,id_number,date_of_birth,gender,phone,email,address,postcode,state,registered_at\n',
  )
  const startedAt = performance.now()
  const { status, waitedMs } = await new Promise<{ status: number; waitedMs: number }>((resolve, reject) => {
    let lastByteAt = 0
    const req = request(`${api.url}/api/imports`, {
      method: 'POST',
      headers: {
        Cookie: cookie,
        'X-Requested-With': 'clinic',
        'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
      },
    })
    req.on('response', (res) => {
      res.resume()
      resolve({ status: res.statusCode ?? 0, waitedMs: performance.now() - lastByteAt })
    })
    req.on('error', reject)
    req.write(head)
    let sent = 0
    const send = () => {
      while (sent < BYTES) {
        sent += block.length
        if (!req.write(block)) return void req.once('drain', send)
      }
      req.end(`\r\n--${BOUNDARY}--\r\n`, () => {
        lastByteAt = performance.now()
      })
    }
    send()
  })
  const tookS = (performance.now() - startedAt) / 1000
  if (status !== 202) throw new Error(`The upload was answered ${status}`)
  const ok = report(
    'upload',
    [
      { name: 'API peak RSS', measured: peakRssOf(api.pid) / MB, limit: 220, unit: 'MB' },
      { name: '202 after the last byte', measured: waitedMs / 1000, limit: 1, unit: 's' },
    ],
    { bytes: BYTES, tookS, megabytesPerS: BYTES / MB / tookS },
  )
  process.exitCode = ok ? 0 : 1
} finally {
  await api.stop()
  await closeDeps(deps)
}
