import { useEffect, useState } from 'react'
import { dropKept, keep, kept } from './keep.ts'

/** What was typed under a name, kept in this tab until it is sent or thrown away; nothing typed is ever lost. */
export function useDraft<T extends object>(
  name: string,
  start: T,
): { value: T; change: (part: Partial<T>) => void; restored: boolean; drop: () => void } {
  const [first] = useState(() => kept<T>(`draft.${name}`))
  const [value, setValue] = useState<T>(first ? { ...start, ...first.value } : start)
  const [dropped, setDropped] = useState(false)
  const [touched, setTouched] = useState(false)
  useEffect(() => {
    if (touched) keep(`draft.${name}`, value)
  }, [name, value, touched])
  return {
    value,
    restored: first !== null && !dropped,
    change: (part) => {
      setTouched(true)
      setValue((now) => ({ ...now, ...part }))
    },
    drop: () => {
      setTouched(false)
      setDropped(true)
      setValue(start)
      dropKept(`draft.${name}`)
    },
  }
}
