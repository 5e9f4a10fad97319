import { Modal, type ModalProps } from '@mantine/core'
import { useLayoutEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

/**
 * A dialog that is open as long as it is mounted. What is marked `data-autofocus` (or else its first button) has the
 * focus in the same commit in which the dialog appears, so that a key pressed at once is never lost; when it goes, the
 * focus returns to where it was.
 */
export function Dialog({ children, ...others }: Omit<ModalProps, 'opened'>) {
  const { t } = useTranslation()
  return (
    <Modal opened closeButtonProps={{ 'aria-label': t('action.close') }} {...others}>
      <Focus />
      {children}
    </Modal>
  )
}

/** First in the dialog, so that it acts before a child's `autoFocus`, which has the last word. */
function Focus() {
  const mark = useRef<HTMLSpanElement>(null)
  useLayoutEffect(() => {
    const dialog = mark.current?.closest<HTMLElement>('[role=dialog]')
    if (!dialog) return
    const before = document.activeElement
    const wanted = dialog.querySelector<HTMLElement>(':not(span)[data-autofocus], button')
    const marked = dialog.querySelector<HTMLElement>(':not(span)[data-autofocus]') ?? wanted
    for (const one of [marked, dialog])
      if (!dialog.contains(document.activeElement)) one?.focus({ preventScroll: true })
    return () => {
      // After the commit: during it React hears no focus events.
      queueMicrotask(() => {
        const isFree = document.activeElement === null || document.activeElement === document.body
        if (isFree && before instanceof HTMLElement) before.focus({ preventScroll: true })
      })
    }
  }, [])
  // Mantine's own trap focuses the first mark some milliseconds later; ours comes first and cannot take the focus.
  return <span ref={mark} data-autofocus hidden />
}
