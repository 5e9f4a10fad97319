import { isIP } from 'node:net'
import { connect } from 'node:tls'
import { getPresentBackups } from '../../shared/backups/reads.ts'
import { diskPercent } from '../../shared/ops/resources.ts'
import { fromSqlUtc } from '../../shared/units/clock.ts'
import type { Run } from '../runtime/context.ts'
import type { Steps } from './run.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Time enough to get a new certificate, and to make room. */
const CERTIFICATE_WARN_DAYS = 21
const DISK_WARN_PERCENT = 80
const PROVEN_WARN_HOURS = 26
const CONNECT_LIMIT_MS = 10_000
const HTTPS_PORT = 443

/** When the certificate that a site shows ends; whether it is trusted is not asked, only when it ends. */
export function certificateEnd(url: URL): Promise<Date> {
  const port = Number(url.port || HTTPS_PORT)
  return new Promise((resolve, reject) => {
    const servername = isIP(url.hostname) === 0 ? url.hostname : ''
    const socket = connect({ host: url.hostname, port, servername, rejectUnauthorized: false })
    const fail = () => reject(new Error('The certificate of the site could not be looked at'))
    socket.setTimeout(CONNECT_LIMIT_MS, () => socket.destroy(new Error('too slow')))
    socket.once('error', fail)
    socket.once('close', fail)
    socket.once('secureConnect', () => {
      resolve(new Date(socket.getPeerCertificate().valid_to))
      socket.end()
    })
  })
}

async function certificate({ deps, log }: Run): Promise<string | null> {
  const { PUBLIC_URL } = deps.config
  if (PUBLIC_URL === undefined || !PUBLIC_URL.startsWith('https:')) return null
  const end = await certificateEnd(new URL(PUBLIC_URL)).catch(() => null)
  if (end === null) return 'The certificate of the site could not be looked at.'
  const days = Math.floor((end.getTime() - deps.clock.now().getTime()) / DAY_MS)
  if (days >= CERTIFICATE_WARN_DAYS) return null
  log.warn({ days }, 'the certificate of the site ends soon')
  return `WARNING: the certificate of the site ends in ${days} days (${end.toISOString().slice(0, 10)}).`
}

async function disk({ deps, log }: Run): Promise<string | null> {
  const percent = await diskPercent(deps.config.DATA_DIR)
  if (percent < DISK_WARN_PERCENT) return null
  log.warn({ percent }, 'the disk fills up')
  return `WARNING: the disk is ${percent} % full.`
}

async function backup({ deps, log }: Run): Promise<string | null> {
  const proven = (await getPresentBackups(deps)).map(({ proven_at: at }) =>
    at === null ? 0 : Date.parse(fromSqlUtc(at) as string),
  )
  const hours = Math.floor((deps.clock.now().getTime() - Math.max(0, ...proven)) / HOUR_MS)
  if (hours <= PROVEN_WARN_HOURS) return null
  log.warn('no backup has been proven by a restore for more than a day')
  return `WARNING: no backup has been proven for more than ${PROVEN_WARN_HOURS} hours.`
}

/** Task `watch`: says what will go wrong unless somebody sees to it. */
export async function watchSteps(run: Run): Promise<Steps> {
  return {
    steps: [
      { name: 'certificate', run: () => certificate(run) },
      { name: 'disk', run: () => disk(run) },
      { name: 'backup', run: () => backup(run) },
    ],
  }
}
