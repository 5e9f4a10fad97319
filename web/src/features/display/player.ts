import { fragmentsOf } from './speech.ts'
import type { Spoken } from './types.ts'

const GAP_S = 0.04
const LANGUAGE_GAP_S = 0.5
/** The two notes of the chime, Hz, and how long each sounds. */
const CHIME = [659.25, 523.25] as const
const NOTE_S = 0.55

export interface SpokenCall {
  id: string
  number: string
  room: string | null
}

export interface Player {
  /** Whether the browser lets this page sound yet; most want a touch first. */
  unlocked: () => boolean
  unlock: () => Promise<boolean>
  /** Plays a call after those before it, language after language. Resolves true when it was heard to the end. */
  say: (call: SpokenCall, languages: readonly Spoken[]) => Promise<boolean>
  setVolume: (volume: number) => void
}

/** Sounds of the waiting room, from fragments that lie beside the page; works without any network once loaded. */
export function createPlayer(): Player {
  const audio = new AudioContext()
  const out = audio.createGain()
  out.connect(audio.destination)
  const loaded = new Map<string, Promise<AudioBuffer | null>>()
  let line: Promise<unknown> = Promise.resolve()

  const load = (name: string): Promise<AudioBuffer | null> => {
    const known = loaded.get(name)
    if (known !== undefined) return known
    const loading = fetch(`/sounds/${name}.mp3`)
      .then(async (response) => (response.ok ? audio.decodeAudioData(await response.arrayBuffer()) : null))
      .catch(() => {
        // The line was cut: try again at the next call.
        loaded.delete(name)
        return null
      })
    loaded.set(name, loading)
    return loading
  }

  /** Plays the notes from `atS` on; answers when they end. */
  const chime = (atS: number): number => {
    for (const [index, frequency] of CHIME.entries()) {
      const tone = audio.createOscillator()
      const fade = audio.createGain()
      const from = atS + (index * NOTE_S) / 2
      tone.frequency.value = frequency
      fade.gain.setValueAtTime(0, from)
      fade.gain.linearRampToValueAtTime(0.5, from + 0.02)
      fade.gain.exponentialRampToValueAtTime(0.001, from + NOTE_S)
      tone.connect(fade).connect(out)
      tone.start(from)
      tone.stop(from + NOTE_S)
    }
    return atS + NOTE_S * 1.6
  }

  const play = async (call: SpokenCall, languages: readonly Spoken[]): Promise<boolean> => {
    if (audio.state !== 'running') return false
    const spoken = languages.map((language) => fragmentsOf(call.number, call.room, language))
    const sounds = await Promise.all(spoken.map((names) => Promise.all(names.map(load))))
    let atS = chime(audio.currentTime + 0.05)
    let complete = true
    for (const language of sounds) {
      for (const sound of language) {
        if (sound === null) {
          complete = false
          continue
        }
        const source = audio.createBufferSource()
        source.buffer = sound
        source.connect(out)
        source.start(atS)
        atS += sound.duration + GAP_S
      }
      atS += LANGUAGE_GAP_S
    }
    await new Promise((resolve) => setTimeout(resolve, (atS - audio.currentTime) * 1000))
    return complete && audio.state === 'running'
  }

  return {
    unlocked: () => audio.state === 'running',
    unlock: async () => {
      // Without a touch the promise of a blocked page never settles.
      await Promise.race([audio.resume(), new Promise((resolve) => setTimeout(resolve, 300))])
      return audio.state === 'running'
    },
    say: (call, languages) => {
      const turn = line.then(() => play(call, languages))
      line = turn.catch(() => false)
      return turn
    },
    setVolume: (volume) => {
      out.gain.value = volume
    },
  }
}
