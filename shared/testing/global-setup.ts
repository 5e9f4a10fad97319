import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql from 'mysql2/promise'
import type { TestProject } from 'vitest/node'
import { adHocTestServices, type Services } from './launcher.ts'

/** Addresses of the servers a test run uses, and the run's own number beside other runs on the same servers. */
export interface TestServices extends Omit<Services, 'stop'> {
  slot: number
  /** Folder for the run's files, removed when it ends. */
  filesDir: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    services: TestServices
  }
}

const SLOTS = 32

/** Finds the servers (those `npm test` started, else the kept ones) and takes a slot on them for this run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.env.TEST_WITHOUT_SERVICES) return async () => {}
  const given = process.env.CLINIC_TEST_SERVICES
  const { stop: _, ...services } = given ? (JSON.parse(given) as Services) : await adHocTestServices()
  const holder = await mysql.createConnection({ uri: services.migrateDatabaseUrl })
  const slot = await takeSlot(holder)
  const filesDir = mkdtempSync(join(tmpdir(), 'clinic-test-files-'))
  project.provide('services', { ...services, slot, filesDir })
  return async () => {
    await holder.end()
    rmSync(filesDir, { recursive: true, force: true })
  }
}

/** Runs beside each other must not share databases; a named lock ends with its connection, so a crash frees it. */
async function takeSlot(holder: mysql.Connection): Promise<number> {
  for (let slot = 1; slot <= SLOTS; slot++) {
    const [rows] = await holder.query<mysql.RowDataPacket[]>('select get_lock(?, 0) as got', [
      `clinic_test_slot_${slot}`,
    ])
    if (rows[0]?.got === 1) return slot
  }
  throw new Error('Too many test runs on the same servers')
}
