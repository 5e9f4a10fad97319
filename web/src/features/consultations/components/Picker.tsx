import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import ui from './Picker.module.css'

interface PickerProps<T> {
  label: string
  placeholder: string
  text: string
  onText: (text: string) => void
  items: readonly T[]
  keyOf: (item: T) => string
  draw: (item: T) => ReactNode
  onChoose: (item: T) => void
  /** Whether the items belong to what stands in the field; Enter waits for them. */
  isSettled?: boolean
  /** Said below the items: that there are none, or what went wrong. */
  note?: ReactNode
  /** Backspace in the empty field. */
  onBack?: () => void
  /** Which of them the arrows are on. */
  onPoint?: (item: T | undefined) => void
  /** Under this name a key of the page leads here. */
  jump?: string
  error?: string | undefined
}

/** A field with a list below it that is chosen from by arrows and Enter; the focus never leaves the field. */
export function Picker<T>(props: PickerProps<T>) {
  const { label, placeholder, text, onText, items, keyOf, draw, onChoose, isSettled = true } = props
  const id = useId()
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const current = Math.min(at, items.length - 1)
  const pointed = open ? items[current] : undefined
  const { onPoint } = props
  useEffect(() => onPoint?.(pointed), [onPoint, pointed])
  useEffect(() => {
    list.current?.children[current]?.scrollIntoView({ block: 'nearest' })
  }, [current])
  const choose = (item: T | undefined): void => {
    if (item === undefined) return
    setOpen(false)
    setAt(0)
    onChoose(item)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'ArrowDown') {
      setAt(open ? Math.min(current + 1, items.length - 1) : 0)
      setOpen(true)
    } else if (event.key === 'ArrowUp') setAt(Math.max(current - 1, 0))
    else if (event.key === 'Enter') {
      if (open && isSettled) choose(items[current])
    } else if (event.key === 'Escape' && open) setOpen(false)
    else {
      if (event.key === 'Backspace' && text === '') props.onBack?.()
      return
    }
    event.preventDefault()
    event.stopPropagation()
  }
  const isShown = open && (items.length > 0 || props.note != null)
  return (
    <div className={ui.picker}>
      <label className={ui.label} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className={ui.input}
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        aria-expanded={isShown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isShown && pointed !== undefined ? `${id}-${current}` : undefined}
        aria-invalid={props.error === undefined ? undefined : true}
        data-jump={props.jump}
        value={text}
        onChange={(event) => {
          onText(event.target.value)
          setAt(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      {props.error === undefined ? null : <div className={ui.error}>{props.error}</div>}
      <div className={ui.panel} hidden={!isShown}>
        <div
          ref={list}
          id={`${id}-list`}
          className={ui.options}
          role="listbox"
          aria-label={label}
          aria-busy={!isSettled}
        >
          {items.map((item, n) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of a listbox are handled by its input
            // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the input, which names this option
            <div
              key={keyOf(item)}
              id={`${id}-${n}`}
              className={ui.option}
              role="option"
              aria-selected={n === current}
              // The input must keep the focus, or the list would close before the click arrives.
              onMouseDown={(event) => event.preventDefault()}
              onMouseMove={() => setAt(n)}
              onClick={() => choose(item)}
            >
              {draw(item)}
            </div>
          ))}
        </div>
        {props.note == null ? null : <div className={ui.note}>{props.note}</div>}
      </div>
    </div>
  )
}
