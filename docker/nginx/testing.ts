import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { expect } from 'vitest'
import { DATA_CSP, PAGE_CSP, securityHeaders } from '../../api/http/headers.ts'
import { freePort } from '../../shared/testing/processes.ts'
import {
  type ProductionSystem,
  type Spawned,
  start,
  startProduction,
  toolSet,
  until,
} from '../prod/testing.ts'
import { ROOT } from '../testing.ts'

/** The name of the site in tests. */
export const SITE = 'clinic.test'

/** nginx with the production configuration on free ports. */
export interface ProxyProcess {
  httpPort: number
  httpsPort: number
  /** Folder it runs in; temporary files of bodies would lie below. */
  dir: string
  acmeDir: string
  accessLog(): string
  process: Spawned
  stop(): Promise<void>
}

/** Starts start.sh as the image does; only ports and folders differ. */
export async function startProxy(
  dir: string,
  apiPort: number,
  extra: Record<string, string> = {},
): Promise<ProxyProcess> {
  const { dir: tools, env } = await toolSet('proxy')
  const [httpPort, httpsPort] = [await freePort(), await freePort()]
  const run = join(dir, 'nginx')
  const acmeDir = join(dir, 'acme')
  for (const each of [run, acmeDir, join(dir, 'no-certificate')]) mkdirSync(each, { recursive: true })
  const log = join(dir, 'access.log')
  const proxy = start('sh', [`${ROOT}docker/nginx/start.sh`], {
    ...env,
    PATH: `${tools}/usr/bin:${process.env.PATH ?? ''}`,
    DOMAIN: SITE,
    API_SERVERS: `localhost:${apiPort}`,
    HTTP_LISTEN: `127.0.0.1:${httpPort}`,
    HTTPS_LISTEN: `127.0.0.1:${httpsPort}`,
    HTTPS_SUFFIX: `:${httpsPort}`,
    RUN_DIR: run,
    SSL_DIR: join(dir, 'no-certificate'),
    WEB_DIR: `${ROOT}web/dist`,
    ACME_DIR: acmeDir,
    ACCESS_LOG: log,
    NGINX_PROGRAM: `${tools}/usr/sbin/nginx`,
    MODULES_DIR: `${tools}/usr/lib/nginx/modules`,
    MIME_TYPES: `${tools}/etc/nginx/mime.types`,
    LOOK_EVERY_S: '1',
    ...extra,
  })
  const answers = async () =>
    (await ask({ port: httpPort, secure: false, path: '/proxy-health' })).status === 200
  await until('the proxy answers', answers, proxy)
  return {
    httpPort,
    httpsPort,
    dir: run,
    acmeDir,
    accessLog: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    process: proxy,
    stop: () => proxy.stop(),
  }
}

export interface Question {
  port: number
  path: string
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
  secure?: boolean
  host?: string
  /** Address of this machine that it comes from. */
  from?: string
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Every header line as it came, so that a header sent twice is seen. */
  lines: [string, string][]
  body: string
}

const pairs = ({ rawHeaders }: IncomingMessage): [string, string][] =>
  rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] ?? ''] as [string, string]] : [],
  )

/** Opens a request; the caller reads or writes it. */
export function open({
  port,
  path,
  method = 'GET',
  headers = {},
  secure = true,
  host = SITE,
  from,
}: Question) {
  const options = {
    ...(from === undefined ? {} : { localAddress: from }),
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: { host: `${host}:${port}`, ...headers },
    agent: false as const,
    ...(secure ? { servername: host, rejectUnauthorized: false } : {}),
  }
  return secure ? httpsRequest(options) : httpRequest(options)
}

/** One request over a connection of its own. */
export function ask(question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = open(question)
    req.setTimeout(30_000, () => req.destroy(new Error('no answer within 30 s')))
    req.once('error', reject)
    req.once('response', (res) => {
      const parts: Buffer[] = []
      res.on('data', (part: Buffer) => parts.push(part))
      res.once('error', reject)
      res.once('end', () =>
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          lines: pairs(res),
          body: Buffer.concat(parts).toString('utf8'),
        }),
      )
    })
    req.end(question.body)
  })
}

/** Sends bytes as they are and answers all that comes back until the other side closes, or nothing more for `quietMs`. */
export function raw(port: number, bytes: string, { secure = true, quietMs = 1500 } = {}): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const socket = secure
      ? connectTls({
          host: '127.0.0.1',
          port,
          servername: SITE,
          rejectUnauthorized: false,
          ALPNProtocols: ['http/1.1'],
        })
      : connectPlain(port, '127.0.0.1')
    const done = () => {
      socket.destroy()
      resolve(said)
    }
    socket.setTimeout(quietMs, done)
    socket.once(secure ? 'secureConnect' : 'connect', () => socket.write(bytes))
    socket.on('data', (part) => (said += part.toString('latin1')))
    socket.once('error', done)
    socket.once('close', done)
  })
}

/** A JSON request as the page sends it. */
export const json = (body: object, method = 'POST') => ({
  method,
  headers: { 'content-type': 'application/json', 'x-requested-with': 'clinic' },
  body: JSON.stringify(body),
})

const cookieOf = ({ lines }: Answer) =>
  (lines.find(([name]) => name === 'set-cookie')?.[1] ?? '').split(';', 1)[0] as string

/** The production system behind its proxy, with the first administrator signed in. */
export interface Site {
  system: ProductionSystem
  proxy: ProxyProcess
  cookie: string
  /** The administrator's password. */
  password: string
  /** Asks over TLS as the administrator. */
  call(question: Omit<Question, 'port'>): Promise<Answer>
  stop(): Promise<void>
}

const NEW_PASSWORD = 'Proxy-test-7-lantern'

/** Starts {@link Site}; general limits are off, event streams beat every second. */
export async function startSite(): Promise<Site> {
  const system = await startProduction({
    RATE_LIMIT_GENERAL_PER_HOUR: '0',
    SSE_HEARTBEAT_MS: '1000',
    PUBLIC_URL: `https://${SITE}`,
  })
  const proxy = await startProxy(system.dir, Number(new URL(system.api.url).port)).catch(async (error) => {
    await system.stop()
    throw error
  })
  let cookie = ''
  const call: Site['call'] = ({ headers, ...question }) =>
    ask({ port: proxy.httpsPort, headers: { ...(cookie === '' ? {} : { cookie }), ...headers }, ...question })
  const stop = async () => {
    await proxy.stop()
    await system.stop()
  }
  const signIn = async (path: string, body: object): Promise<number> => {
    const answer = await call({ path, ...json(body) })
    cookie = cookieOf(answer)
    return answer.status
  }
  const password = system.secret('initial_admin_password')
  const statuses = [
    await signIn('/api/auth/login', { username: 'superadmin', password }),
    await signIn('/api/auth/password', { currentPassword: password, newPassword: NEW_PASSWORD }),
  ]
  if (statuses.some((status) => status !== 200)) {
    await stop()
    throw new Error(`sign-in answered ${statuses.join(', ')}`)
  }
  return { system, proxy, cookie, password: NEW_PASSWORD, call, stop }
}

/** Each security header exactly once with its value, HSTS among them, and nothing that names the program. */
export function expectHeaders(
  { lines }: Pick<Answer, 'lines'>,
  what: string,
  { secure = true, page = false } = {},
) {
  for (const [name, value] of securityHeaders(secure, page ? PAGE_CSP : DATA_CSP)) {
    const found = lines.filter(([each]) => each === name.toLowerCase()).map(([, each]) => each)
    expect([what, name, found]).toEqual([what, name, [value]])
  }
  const told = lines.filter(([name]) => /^(server|x-powered-by|via)$/.test(name))
  expect([what, told]).toEqual([what, []])
}
