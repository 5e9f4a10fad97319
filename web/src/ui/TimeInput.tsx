import { TextInput, type TextInputProps } from '@mantine/core'
import { useEffect, useState } from 'react'
import { readTime } from '../lib/format.ts'

interface TimeInputProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  /** `HH:MM`, '' or whatever was typed that is no time. */
  value: string
  onChange: (time: string) => void
}

/** A time of the day in 24 hours, whatever the computer's region says; `9`, `930` and `9.30` are understood. */
export function TimeInput({ value, onChange, ...rest }: TimeInputProps) {
  const [text, setText] = useState(value)
  useEffect(() => setText((now) => ((readTime(now) ?? now) === value ? now : value)), [value])
  return (
    <TextInput
      {...rest}
      inputMode="numeric"
      autoComplete="off"
      placeholder="00:00"
      maxLength={5}
      value={text}
      onChange={(event) => {
        const typed = event.currentTarget.value
        setText(typed)
        onChange(readTime(typed) ?? typed)
      }}
      onBlur={() => setText(readTime(text) ?? text)}
    />
  )
}
