import type { Doctor } from '../doctors/api.ts'

/** The rooms that doctors sit in, each once; other rooms can be typed. */
export const roomsOf = (doctors: readonly Doctor[]): string[] => [
  ...new Set(doctors.flatMap(({ room }) => (room === null ? [] : [room]))),
]
