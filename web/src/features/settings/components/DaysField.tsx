import { Button, Input, Pill } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDay, readDay } from '../../../lib/format.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import styles from './DaysField.module.css'

interface DaysFieldProps {
  label: string
  /** Clinic days `YYYY-MM-DD`. */
  value: readonly string[]
  error?: string | null
  disabled?: boolean
  onChange: (days: string[]) => void
}

/** Some days, in their order, each taken out by itself. */
export function DaysField({ label, value, error = null, disabled = false, onChange }: DaysFieldProps) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const day = readDay(typed)
  const add = (): void => {
    if (day === null) return
    onChange([...new Set([...value, day])].sort())
    setTyped('')
  }
  return (
    <Input.Wrapper label={label} error={error} labelElement="div">
      {value.length === 0 ? null : (
        <div className={styles.days}>
          {value.map((one) => (
            <Pill
              key={one}
              size="md"
              withRemoveButton={!disabled}
              removeButtonProps={{
                'aria-label': t('settings.removeDay', { day: formatDay(one) }),
                'aria-hidden': false,
                tabIndex: 0,
              }}
              onRemove={() => onChange(value.filter((other) => other !== one))}
            >
              {formatDay(one)}
            </Pill>
          ))}
        </div>
      )}
      {disabled ? null : (
        <div className={styles.add}>
          <DayInput
            aria-label={t('settings.newDay')}
            value={typed}
            onChange={setTyped}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || typed === '') return
              // Enter adds the day; the form around is sent by its own button.
              event.preventDefault()
              add()
            }}
          />
          <Button variant="default" disabled={day === null} onClick={add}>
            {t('settings.addDay')}
          </Button>
        </div>
      )}
    </Input.Wrapper>
  )
}
