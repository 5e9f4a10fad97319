import { useEffect, useState } from 'react'

/** The present time, told anew every `everyMs`; minutes on the board go on without asking anybody. */
export function useNow(everyMs = 15_000): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return nowMs
}
