import { useEffect, useRef, useState } from 'react'
import { HttpError } from '../../lib/problem.ts'
import { type ImportChoices, previewImport } from './api.ts'
import type { Preview } from './types.ts'

/** Typing in the mapping stands still this long before the server is asked again. */
const SETTLE_MS = 350

export interface PreviewState {
  preview: Preview | null
  error: unknown
  busy: boolean
  again: () => void
}

/** Asks the server how the file would be read, again whenever the choices change; the question before is called off. */
export function usePreview(choices: ImportChoices, file: File | null): PreviewState {
  const [preview, setPreview] = useState<Preview | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [round, setRound] = useState(0)
  const lastFile = useRef<File | null>(null)
  const chosen = JSON.stringify(choices)

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks the same question once more
  useEffect(() => {
    if (file === null) {
      lastFile.current = null
      setPreview(null)
      setError(null)
      return
    }
    const fresh = lastFile.current !== file
    lastFile.current = file
    if (fresh) setPreview(null)
    const stop = new AbortController()
    setBusy(true)
    const timer = setTimeout(
      () => {
        previewImport(JSON.parse(chosen) as ImportChoices, file, stop.signal).then(
          (answer) => {
            setPreview(answer)
            setError(null)
            setBusy(false)
          },
          (fault: unknown) => {
            if (fault instanceof HttpError && fault.aborted) return
            setError(fault)
            setBusy(false)
          },
        )
      },
      fresh ? 0 : SETTLE_MS,
    )
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [chosen, file, round])

  return { preview, error, busy, again: () => setRound((now) => now + 1) }
}
