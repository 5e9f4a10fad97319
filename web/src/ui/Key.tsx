import styles from './ui.module.css'

/** A key of the keyboard, beside the button that does the same. */
export function Key({ of }: { of: string }) {
  return <kbd className={styles.kbd}>{of}</kbd>
}
