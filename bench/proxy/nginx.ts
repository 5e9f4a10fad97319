import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { freePort } from '../../shared/testing/processes.ts'
import { connected } from '../lib/load.ts'

/** The production proxy in front of one API process. */
export interface Proxy {
  port: number
  /** Processes of nginx, the master first. */
  pids(): number[]
  /** A connection under TLS; every one from another address, because the proxy counts requests by address. */
  connect(nth: number): Promise<Socket>
  stop(): Promise<void>
}

interface Packages {
  unpackSet(name: string): Promise<string>
  libraryEnv(dir: string): NodeJS.ProcessEnv
}

// compiled, this file lies in dist/bench/proxy
const root = fileURLToPath(new URL('../../../', import.meta.url))
const START_WITHIN_MS = 30_000
const ADDRESSES = 200

async function answers(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/proxy-health`).catch(() => null)
  return answer?.ok === true
}

/** Starts Debian's nginx with the configuration of the image; only ports and folders differ. */
export async function startNginx(apiPort: number): Promise<Proxy> {
  const packages = (await import(pathToFileURL(join(root, 'shared/launch/packages.mjs')).href)) as Packages
  const tools = await packages.unpackSet('proxy')
  const dir = mkdtempSync(join(tmpdir(), 'clinic-bench-proxy-'))
  const [httpPort, port] = [await freePort(), await freePort()]
  for (const each of ['run', 'acme', 'no-certificate']) mkdirSync(join(dir, each))
  const child: ChildProcess = spawn('sh', [join(root, 'docker/nginx/start.sh')], {
    env: {
      ...packages.libraryEnv(tools),
      PATH: `${tools}/usr/bin:${process.env.PATH ?? ''}`,
      DOMAIN: 'localhost',
      API_SERVERS: `127.0.0.1:${apiPort}`,
      HTTP_LISTEN: `127.0.0.1:${httpPort}`,
      HTTPS_LISTEN: `127.0.0.1:${port}`,
      RUN_DIR: join(dir, 'run'),
      SSL_DIR: join(dir, 'no-certificate'),
      WEB_DIR: join(root, 'web/dist'),
      ACME_DIR: join(dir, 'acme'),
      ACCESS_LOG: join(dir, 'access.log'),
      NGINX_PROGRAM: `${tools}/usr/sbin/nginx`,
      MODULES_DIR: `${tools}/usr/lib/nginx/modules`,
      MIME_TYPES: `${tools}/etc/nginx/mime.types`,
    },
    stdio: 'ignore',
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  for (const startMs = Date.now(); !(await answers(httpPort)); await sleep(50)) {
    if (Date.now() - startMs > START_WITHIN_MS) throw new Error('nginx does not answer')
  }
  return {
    port,
    pids() {
      const master = Number(readFileSync(join(dir, 'run/nginx.pid'), 'utf8'))
      const children = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8')
      return [master, ...children.trim().split(' ').map(Number)]
    },
    connect: (nth) =>
      connected(
        connectTls({
          host: '127.0.0.1',
          port,
          servername: 'localhost',
          rejectUnauthorized: false,
          localAddress: `127.0.1.${1 + (nth % ADDRESSES)}`,
        } as never),
        'secureConnect',
      ),
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
