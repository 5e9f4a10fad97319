const WIDTH = 30
const REDRAW_EVERY_MS = 200
const PERCENT = 100

/** Draws a progress bar on a terminal; elsewhere a line at every tenth, so that logs stay short. */
export interface ProgressBar {
  to(done: number, total: number): void
  end(): void
}

/** Opens a progress bar on standard error, so that standard output stays clean for results. */
export function progressBar(unit: string, out: NodeJS.WriteStream = process.stderr): ProgressBar {
  let drawnAt = 0
  let lastTenth = -1
  const draw = (done: number, total: number) => {
    const share = total === 0 ? 1 : Math.min(1, done / total)
    const filled = Math.round(share * WIDTH)
    const text = `${Math.floor(share * PERCENT)}%  ${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${unit}`
    if (out.isTTY) out.write(`\r[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${text}\u001b[K`)
    else if (Math.floor(share * 10) > lastTenth) out.write(`${text}\n`)
    lastTenth = Math.max(lastTenth, Math.floor(share * 10))
  }
  return {
    to(done, total) {
      const now = performance.now()
      if (done < total && now - drawnAt < REDRAW_EVERY_MS) return
      drawnAt = now
      draw(done, total)
    },
    end() {
      if (out.isTTY) out.write('\n')
    },
  }
}
