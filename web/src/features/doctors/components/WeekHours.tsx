import { ActionIcon, Button, Switch } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../../ui/icons.tsx'
import { TimeInput } from '../../../ui/TimeInput.tsx'
import { DAY, type Span, WEEKDAYS, type Weekday, type WorkingHours, wrongDays } from '../week.ts'
import styles from './WeekHours.module.css'

const MOST_SPANS = 6

interface WeekHoursProps {
  value: WorkingHours
  onChange: (hours: WorkingHours) => void
}

/** A week by day: open or not, and the stretches of it. */
export function WeekHours({ value, onChange }: WeekHoursProps) {
  const wrong = wrongDays(value)
  const set = (day: Weekday, spans: Span[]): void => onChange({ ...value, [day]: spans })
  return (
    <div className={styles.week}>
      {WEEKDAYS.map((day) => (
        <Day
          key={day}
          day={day}
          spans={value[day] ?? []}
          wrong={wrong.includes(day)}
          onChange={(spans) => set(day, spans)}
        />
      ))}
    </div>
  )
}

interface DayProps {
  day: Weekday
  spans: readonly Span[]
  wrong: boolean
  onChange: (spans: Span[]) => void
}

function Day({ day, spans, wrong, onChange }: DayProps) {
  const { t } = useTranslation()
  const name = t(`doctors.day.${day}`)
  const put = (at: number, change: Partial<Span>): void =>
    onChange(spans.map((span, index) => (index === at ? { ...span, ...change } : span)))
  return (
    <fieldset className={styles.day} data-day={day}>
      <Switch
        label={name}
        checked={spans.length > 0}
        onChange={(event) => onChange(event.currentTarget.checked ? [...DAY] : [])}
      />
      <div className={styles.spans}>
        {spans.length === 0 ? <span className={styles.closed}>{t('doctors.closed')}</span> : null}
        {spans.map((span, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: stretches have no other name than their place
          <span key={at} className={styles.span}>
            <TimeInput
              size="xs"
              aria-label={t('doctors.from', { day: name, number: at + 1 })}
              value={span.from}
              onChange={(from) => put(at, { from })}
            />
            –
            <TimeInput
              size="xs"
              aria-label={t('doctors.to', { day: name, number: at + 1 })}
              value={span.to}
              onChange={(to) => put(at, { to })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('doctors.removeSpan', { day: name, number: at + 1 })}
              onClick={() => onChange(spans.filter((_, index) => index !== at))}
            >
              <Icon name="close" />
            </ActionIcon>
          </span>
        ))}
        {spans.length > 0 && spans.length < MOST_SPANS ? (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={t('doctors.addSpanTo', { day: name })}
            onClick={() => onChange([...spans, { from: spans.at(-1)?.to ?? '', to: '' }])}
          >
            {t('doctors.addSpan')}
          </Button>
        ) : null}
        {wrong ? (
          <span className={styles.wrong} role="alert">
            {t('doctors.wrongHours')}
          </span>
        ) : null}
      </div>
    </fieldset>
  )
}
