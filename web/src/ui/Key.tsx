import styles from './ui.module.css'

/** A key of the keyboard, beside the word of the button that does the same; it is no part of the button's name. */
export function Key({ of }: { of: string }) {
  return (
    <span aria-hidden="true">
      <kbd className={styles.kbd}>{of}</kbd>
    </span>
  )
}
