import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The checkout's own folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A file of the checkout as text. */
export const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8')

/** Whether `.dockerignore` lets a file into the build of the images; the last line that speaks of it decides. */
export function sentToBuild(): (path: string) => boolean {
  const lines = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  const rules = lines.map((line) => {
    const pattern = line
      .replace(/^!/, '')
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*\*\/|\*/g, (star) => (star === '*' ? '[^/]*' : '(?:.*/)?'))
    return { taken: line.startsWith('!'), pattern: new RegExp(`^${pattern}(?:/|$)`) }
  })
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.taken ?? true
}

/** One service of the compose file, with the keys that the tests look at. */
export interface Service {
  image?: string
  build?: { target: string; dockerfile: string }
  command?: string[]
  environment?: Record<string, string | number>
  depends_on?: Record<string, { condition: string }>
  ports?: string[]
  volumes?: string[]
  tmpfs?: string[]
  networks?: string[]
  secrets?: string[]
  profiles?: string[]
  restart?: string
  init?: boolean
  read_only?: boolean
  privileged?: boolean
  network_mode?: string
  pid?: string
  user?: string
  cap_drop?: string[]
  cap_add?: string[]
  security_opt?: string[]
  mem_limit?: string
  cpus?: number
  pids_limit?: number
  stop_grace_period?: string
  healthcheck?: { test?: string[]; disable?: boolean }
  logging?: { driver: string; options: Record<string, string> }
}

/** The compose file. */
export interface Compose {
  services: Record<string, Service>
  networks: Record<string, { internal?: boolean }>
  volumes: Record<string, object>
  secrets: Record<string, { file: string }>
}

interface YamlModule {
  parseYaml(text: string): unknown
}

/** Reads the compose file with the reader that also derives the stack. */
export async function readCompose(): Promise<Compose> {
  const { parseYaml } = (await import(new URL('./tools/yaml.mjs', import.meta.url).href)) as YamlModule
  return parseYaml(read('docker-compose.prod.yml')) as Compose
}
