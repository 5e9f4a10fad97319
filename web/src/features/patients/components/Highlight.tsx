import styles from './PatientSearch.module.css'

const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** The pieces of `text`, the beginnings of words that were searched for marked. */
export function markPieces(text: string, query: string): { text: string; marked: boolean }[] {
  const wanted = fold(query).split(/\s+/).filter(Boolean)
  return text.split(/(\s+)/).flatMap((word) => {
    const folded = fold(word)
    const hit = wanted.find((begin) => folded.startsWith(begin))
    // Folding may change the length of rare letters; then the whole word is marked.
    if (hit === undefined || word.trim() === '') return [{ text: word, marked: false }]
    const length = folded.length === word.length ? hit.length : word.length
    return [
      { text: word.slice(0, length), marked: true },
      { text: word.slice(length), marked: false },
    ]
  })
}

export function Highlight({ text, query }: { text: string; query: string }) {
  return markPieces(text, query).map((piece, index) =>
    piece.marked ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one name have no other identity
      <mark key={index} className={styles.mark}>
        {piece.text}
      </mark>
    ) : (
      piece.text
    ),
  )
}
