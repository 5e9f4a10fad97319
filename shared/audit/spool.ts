import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deps } from '../deps.ts'
import { AppError } from '../errors/app-error.ts'
import type { Logger } from '../log/log.ts'
import { newId } from '../units/ids.ts'
import { type AuditEntry, toAuditRow } from './entry.ts'
import { createLineIds, type LineId } from './line-ids.ts'

/** A file is written for this long after its opening, then closed and left to the drain. */
const ROTATE_AFTER_MS = 1000
const ROTATE_AFTER_BYTES = 1024 * 1024
/**
 * A write that ends later than this after the opening of its file is repeated in a new file, because from
 * {@link ABANDONED_AFTER_MS} on somebody else may have taken the old one (a process frozen meanwhile, for example).
 */
const LEASE_MS = 15_000
/** Age from which a file that was never closed belongs to whoever drains. */
export const ABANDONED_AFTER_MS = 30_000
const SYNC_EVERY_MS = 50
const PENDING_MAX_BYTES = 8 * 1024 * 1024

/** Folder of the spool files. */
export const spoolDir = (dataDir: string): string => join(dataDir, 'audit-spool')
export const OPEN_SUFFIX = '.open'
export const CLOSED_SUFFIX = '.ndjson'

/**
 * Where reads are recorded without a database transaction of their own. `write` resolves when the operating system
 * has the line, so a killed process loses nothing; the disk has it at most {@link SYNC_EVERY_MS} ms later, so a power
 * cut loses at most that much. A line that cannot be written rejects with `unavailable/audit`, and the read fails.
 */
export interface Spool {
  write(entry: AuditEntry): Promise<void>
  close(): Promise<void>
}

interface Waiting {
  resolve(): void
  reject(error: unknown): void
}

interface OpenFile {
  handle: FileHandle
  path: string
  openedAtMs: number
  bytes: number
  dirty: boolean
}

/**
 * Collects the lines of one turn of the event loop and writes them together, one write at a time. Writes never wait
 * for the disk: files are made durable and given to the drain beside them.
 */
class FileSpool implements Spool {
  private readonly dir: string
  private readonly log: Logger
  private readonly nextId: () => LineId
  private lines = ''
  private waiting: Waiting[] = []
  private flushing: Promise<void> | null = null
  private file: OpenFile | null = null
  private timer: NodeJS.Timeout | null = null
  private readonly background = new Set<Promise<void>>()

  constructor(dir: string, log: Logger, now: () => Date) {
    this.dir = dir
    this.log = log
    this.nextId = createLineIds(now)
  }

  write(entry: AuditEntry): Promise<void> {
    if (this.lines.length > PENDING_MAX_BYTES) return Promise.reject(new AppError('unavailable/audit'))
    const { uid, at } = this.nextId()
    this.lines += `${JSON.stringify(toAuditRow(entry, uid, at))}\n`
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      this.flushing ??= this.flush()
    })
  }

  async close(): Promise<void> {
    while (this.flushing !== null) await this.flushing
    this.retire()
    await Promise.all(this.background)
  }

  private async flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    while (this.waiting.length > 0) {
      const batch = this.waiting
      const bytes = Buffer.from(this.lines)
      this.waiting = []
      this.lines = ''
      try {
        await this.append(bytes)
        for (const each of batch) each.resolve()
      } catch (error) {
        this.log.error({ err: error }, 'the audit spool cannot be written')
        // the file may end in half a line now; what follows must not be joined to it
        this.retire()
        for (const each of batch)
          each.reject(new AppError('unavailable/audit', { retryAfterS: 5, cause: error }))
      }
    }
    this.flushing = null
  }

  private async append(bytes: Buffer): Promise<void> {
    for (;;) {
      const file = await this.current()
      let at = 0
      while (at < bytes.length) at += (await file.handle.write(bytes, at)).bytesWritten
      file.bytes += bytes.length
      file.dirty = true
      this.timer ??= setTimeout(() => this.tend(), SYNC_EVERY_MS)
      if (Date.now() - file.openedAtMs < LEASE_MS) return
      this.retire()
    }
  }

  private async current(): Promise<OpenFile> {
    if (this.file !== null && !isFull(this.file)) return this.file
    this.retire()
    await mkdir(this.dir, { recursive: true, mode: 0o700 })
    const path = join(this.dir, `${newId()}${OPEN_SUFFIX}`)
    const handle = await open(path, 'ax', 0o600)
    this.file = { handle, path, openedAtMs: Date.now(), bytes: 0, dirty: false }
    return this.file
  }

  /** What was written since the last time goes to the disk, and a file old enough to the drain. */
  private tend(): void {
    this.timer = null
    const file = this.file
    if (file === null) return
    if (isFull(file) && this.flushing === null) this.retire()
    else {
      if (file.dirty) this.inBackground(() => file.handle.datasync())
      file.dirty = false
      this.timer = setTimeout(() => this.tend(), SYNC_EVERY_MS)
    }
  }

  /** Lets go of the file: made durable, closed and named so that the drain knows it is complete. */
  private retire(): void {
    const file = this.file
    if (file === null) return
    this.file = null
    this.inBackground(async () => {
      try {
        await file.handle.datasync()
      } finally {
        await file.handle.close()
        await rename(file.path, file.path.replace(OPEN_SUFFIX, CLOSED_SUFFIX))
      }
    })
  }

  private inBackground(work: () => Promise<void>): void {
    const running = work()
      .catch((error) => this.log.error({ err: error }, 'the audit spool cannot be made durable'))
      .finally(() => this.background.delete(running))
    this.background.add(running)
  }
}

const isFull = (file: OpenFile): boolean =>
  Date.now() - file.openedAtMs >= ROTATE_AFTER_MS || file.bytes >= ROTATE_AFTER_BYTES

/** Opens the spool of this process under `DATA_DIR/audit-spool`. */
export async function openSpool(deps: Pick<Deps, 'config' | 'log' | 'clock'>): Promise<Spool> {
  const dir = spoolDir(deps.config.DATA_DIR)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return new FileSpool(dir, deps.log, () => deps.clock.now())
}
