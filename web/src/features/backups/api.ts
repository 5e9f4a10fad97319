import type { z } from 'zod'
import type { backupList } from '../../../../shared/backups/schema.ts'
import type { Schedule, ScheduleChanges, scheduleList } from '../../../../shared/schedules/schema.ts'
import { request } from '../../lib/http.ts'
import type { Operation } from '../operations/types.ts'

export type { Backup } from '../../../../shared/backups/schema.ts'
export type { Schedule } from '../../../../shared/schedules/schema.ts'
export type BackupList = z.infer<typeof backupList>
export type ScheduleList = z.infer<typeof scheduleList>

export const backupKeys = {
  all: ['backups'],
  page: (page: number) => ['backups', 'page', page],
  schedules: ['backups', 'schedules'],
} as const

export function fetchBackups(page: number, signal?: AbortSignal): Promise<BackupList> {
  return request<BackupList>(`/api/backups?page=${page}&limit=20`, { signal })
}

const ask = (path: string, idempotencyKey: string): Promise<Operation> =>
  request<{ operation: Operation }>(path, { method: 'POST', body: {}, idempotencyKey }).then(
    ({ operation }) => operation,
  )

/** Makes a backup and proves it. */
export const makeBackup = (key: string): Promise<Operation> => ask('/api/backups', key)

/** Restores a backup into a scratch database and compares. */
export const proveBackup = (id: string, key: string): Promise<Operation> =>
  ask(`/api/backups/${encodeURIComponent(id)}/prove`, key)

export function fetchSchedules(signal?: AbortSignal): Promise<ScheduleList> {
  return request<ScheduleList>('/api/schedules', { signal })
}

/** Changes when something happens, or whether, where the schedule is as it was seen. */
export function changeSchedule(
  { name, version }: Schedule,
  changes: Omit<ScheduleChanges, 'version'>,
): Promise<Schedule> {
  return request<Schedule>(`/api/schedules/${encodeURIComponent(name)}`, {
    method: 'PATCH',
    body: { version, ...changes },
  })
}

/** Does now what a schedule would do at its next time. */
export const runSchedule = (name: string, key: string): Promise<Operation> =>
  ask(`/api/schedules/${encodeURIComponent(name)}/run`, key)
