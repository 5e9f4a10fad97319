// Ctrl-C, SIGTERM and a closed terminal, seen once and in order: first our own commands end, then the caller cleans up.
import { fault } from './env.mjs'
import { signalRunning } from './run.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Listens for stop signals. `asked` resolves (with nothing) at the first; `signal.aborted` is true from then on;
 * `during(step)` runs a step and passes its result on, but when a stop was asked before or meanwhile it ends what the
 * step started (its `stop`) and throws a plain fault with `exitCode`.
 */
export function onStopSignal({ exitCode = 130 } = {}) {
  const controller = new AbortController()
  const asked = new Promise((resolve) => {
    for (const name of SIGNALS) {
      process.on(name, () => {
        controller.abort()
        signalRunning('SIGTERM')
        resolve()
      })
    }
  })
  const { signal } = controller
  async function during(step) {
    const stopped = fault('stopped', exitCode)
    if (signal.aborted) throw stopped
    try {
      const value = await step()
      if (!signal.aborted) return value
      await value?.stop?.()
    } catch (error) {
      if (!signal.aborted) throw error
    }
    throw stopped
  }
  return { signal, asked, during }
}
