import { useState } from 'react'

const STORE = 'clinic.room'

/** The room this machine calls to; it stays with the machine, whoever sits there. */
export function useRoom(): [room: string, setRoom: (room: string) => void] {
  const [room, setRoom] = useState(() => localStorage.getItem(STORE) ?? '')
  return [
    room,
    (next) => {
      localStorage.setItem(STORE, next)
      setRoom(next)
    },
  ]
}
