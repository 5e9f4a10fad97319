import { useState } from 'react'
import type { Paper } from './api.ts'

const STORE = 'clinic.receiptPaper'

/** The paper this machine prints receipts on; it stays with the machine, whoever sits there. */
export function usePaper(): [paper: Paper, setPaper: (paper: Paper) => void] {
  const [paper, setPaper] = useState<Paper>(() => (localStorage.getItem(STORE) === 'A5' ? 'A5' : 'roll80'))
  return [
    paper,
    (next) => {
      localStorage.setItem(STORE, next)
      setPaper(next)
    },
  ]
}
