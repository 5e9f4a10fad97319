import { MultiSelect, NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { Setting } from '../api.ts'
import { DaysField } from './DaysField.tsx'

const LONG_TEXT = 80
const HOLIDAYS = 'clinic.holidays'

interface SettingFieldProps {
  setting: Setting
  title: string
  value: unknown
  error: string | null
  disabled: boolean
  onChange: (value: unknown) => void
}

/** The right field for a setting, by what its value is and what it may be. */
export function SettingField({ setting, title, value, error, disabled, onChange }: SettingFieldProps) {
  const common = { label: title, error, disabled }
  const { choices } = setting
  if (typeof value === 'boolean')
    return <Switch {...common} checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
  if (typeof value === 'number')
    return <NumberInput {...common} value={value} onChange={(next) => onChange(Number(next))} maw={200} />
  if (setting.name === HOLIDAYS)
    return (
      <DaysField
        label={title}
        error={error}
        disabled={disabled}
        value={value as string[]}
        onChange={onChange}
      />
    )
  if (Array.isArray(value))
    return choices === null ? (
      <TagsInput {...common} value={value as string[]} onChange={onChange} />
    ) : (
      // The order in which the items are chosen is the order of the setting.
      <MultiSelect {...common} data={choices} value={value as string[]} onChange={onChange} />
    )
  if (choices !== null)
    return (
      <Select
        {...common}
        allowDeselect={false}
        data={choices}
        value={String(value)}
        onChange={(next) => onChange(next)}
        maw={300}
      />
    )
  const text = String(value ?? '')
  const onText = (event: { currentTarget: { value: string } }): void => onChange(event.currentTarget.value)
  return text.length > LONG_TEXT || setting.name.endsWith('address') ? (
    <Textarea {...common} autosize minRows={2} maxRows={8} value={text} onChange={onText} />
  ) : (
    <TextInput {...common} value={text} onChange={onText} />
  )
}
