import { TextInput, type TextInputProps } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { formatDay, readDay } from '../lib/format.ts'

interface DayInputProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** A clinic day `YYYY-MM-DD`, '' or whatever was typed that is no day. */
  value: string
  onChange: (day: string) => void
}

/**
 * A day as it is written here, DD/MM/YYYY, whatever the computer's region says; the browser's own field would show
 * month and day exchanged on a machine set up as American.
 */
export function DayInput({ value, onChange, ...rest }: DayInputProps) {
  const [text, setText] = useState(formatDay(value) || value)
  const given = useRef(value)
  useEffect(() => {
    if (value === given.current) return
    given.current = value
    setText(formatDay(value) || value)
  }, [value])
  return (
    <TextInput
      {...rest}
      inputMode="numeric"
      autoComplete="off"
      placeholder="DD/MM/YYYY"
      maxLength={10}
      value={text}
      onChange={(event) => {
        const typed = event.currentTarget.value
        setText(typed)
        given.current = readDay(typed) ?? typed
        onChange(given.current)
      }}
      onBlur={() => setText(formatDay(given.current) || given.current)}
    />
  )
}
