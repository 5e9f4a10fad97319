import { readFileSync } from 'node:fs'

const KB = 1024
/** Kernel ticks a second in `/proc/PID/stat`; 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100

const statusOf = (pid: number, field: string): number => {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(found?.[1] ?? 0) * KB
}

/** Resident memory of a process now, bytes. */
export const rssOf = (pid: number): number => statusOf(pid, 'VmRSS')

/** The most resident memory a process ever had, bytes. */
export const peakRssOf = (pid: number): number => statusOf(pid, 'VmHWM')

/** CPU time a process has used, user and system together, s. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S
}
