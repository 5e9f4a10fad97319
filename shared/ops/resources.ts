import { readFile, statfs } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'

const PERCENT = 100
const CGROUP_ROOT = '/sys/fs/cgroup'

const percentOf = (used: number, total: number): number =>
  total > 0 ? Math.round((used / total) * PERCENT * 10) / 10 : 0

const readText = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)

/** Reads a limit of the memory controller; "max" and the huge number of version 1 both mean there is none. */
function limitOf(text: string | null): number | null {
  const bytes = Number(text)
  return text !== null && Number.isFinite(bytes) && bytes > 0 && bytes < totalmem() ? bytes : null
}

interface Group {
  limit: string
  usage: string
  /** Key of the page cache in memory.stat that the kernel gives back when it needs room. */
  reclaimable: RegExp
}

const VERSION_2: Group = {
  limit: 'memory.max',
  usage: 'memory.current',
  reclaimable: /^inactive_file (\d+)$/m,
}
const VERSION_1: Group = {
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  reclaimable: /^total_inactive_file (\d+)$/m,
}

/** Folders of this process's memory group: below its own path on a machine, at the root inside a container. */
async function groupFolders(root: string, own: string): Promise<{ folder: string; group: Group }[]> {
  const lines = ((await readText(own)) ?? '').split('\n').map((line) => line.split(':'))
  const unified = lines.find(([id]) => id === '0')?.[2] ?? ''
  const memory = lines.find(([, controllers]) => controllers?.split(',').includes('memory'))?.[2] ?? ''
  return [
    { folder: `${root}${unified}`, group: VERSION_2 },
    { folder: root, group: VERSION_2 },
    { folder: `${root}/memory${memory}`, group: VERSION_1 },
    { folder: `${root}/memory`, group: VERSION_1 },
  ]
}

/**
 * Share of the memory limit that this process's group (container) uses, in percent; without a limit, of the machine.
 * Page cache that the kernel would give back does not count, or every import would look like a full memory.
 */
export async function memoryPercent(root = CGROUP_ROOT, own = '/proc/self/cgroup'): Promise<number> {
  for (const { folder, group } of await groupFolders(root, own)) {
    const [limit, usage, stat] = await Promise.all([
      readText(`${folder}/${group.limit}`),
      readText(`${folder}/${group.usage}`),
      readText(`${folder}/memory.stat`),
    ])
    const limitBytes = limitOf(limit)
    if (limitBytes === null || usage === null) continue
    const reclaimable = Number(group.reclaimable.exec(stat ?? '')?.[1] ?? 0)
    return percentOf(Math.max(0, Number(usage) - reclaimable), limitBytes)
  }
  return machineMemoryPercent()
}

const BYTES_PER_KIB = 1024

async function machineMemoryPercent(): Promise<number> {
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec((await readText('/proc/meminfo')) ?? '')?.[1]
  const free = available === undefined ? freemem() : Number(available) * BYTES_PER_KIB
  return percentOf(totalmem() - free, totalmem())
}

/** Share of the file system below `folder` that is used, in percent, as `df` counts it (reserved blocks are used up). */
export async function diskPercent(folder: string): Promise<number> {
  const { blocks, bfree, bavail } = await statfs(folder)
  const used = blocks - bfree
  return percentOf(used, used + bavail)
}
