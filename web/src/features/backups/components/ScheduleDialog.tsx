import { Button, Group, NumberInput, Select } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EVERY, type Every } from '../../../../../shared/schedules/schema.ts'
import { readTime } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { TimeInput } from '../../../ui/TimeInput.tsx'
import { backupKeys, changeSchedule, type Schedule } from '../api.ts'

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const
const LAST_SURE_DAY = 28

interface ScheduleDialogProps {
  /** As it stands now: after a clash with somebody else it is the present one, and what was typed stays. */
  schedule: Schedule
  name: string
  onClose: () => void
}

/** When something happens by itself. */
export function ScheduleDialog({ schedule, name, onClose }: ScheduleDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [every, setEvery] = useState<Every>(schedule.every)
  const [at, setAt] = useState(schedule.at)
  const [weekday, setWeekday] = useState(schedule.weekday ?? 1)
  const [monthDay, setMonthDay] = useState(schedule.monthDay ?? 1)
  const save = useMutation({
    mutationFn: () =>
      changeSchedule(schedule, {
        every,
        at,
        ...(every === 'week' ? { weekday } : {}),
        ...(every === 'month' ? { monthDay } : {}),
      }),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: backupKeys.schedules }),
  })
  const isClash = save.error instanceof HttpError && save.error.code === 'state/version'
  const isTime = readTime(at) !== null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isTime && !save.isPending) save.mutate()
  }
  const days = { at: schedule.at, weekday: t(`backups.weekday.${schedule.weekday ?? 1}`) }
  return (
    <Dialog onClose={onClose} title={t('backups.changeOf', { name })}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }} noValidate>
        {isClash ? (
          <Notice tone="warn">
            {t('backups.changedMeanwhile')}{' '}
            {t(`backups.every.${schedule.every}`, { ...days, day: schedule.monthDay ?? '' })}
          </Notice>
        ) : (
          <ErrorNotice error={save.error} />
        )}
        <Select
          data-autofocus
          label={t('backups.rhythm')}
          allowDeselect={false}
          data={EVERY.map((value) => ({ value, label: t(`backups.rhythms.${value}`) }))}
          value={every}
          onChange={(next) => setEvery((next ?? every) as Every)}
        />
        {every === 'week' ? (
          <Select
            label={t('backups.onWeekday')}
            allowDeselect={false}
            data={WEEKDAYS.map((day) => ({ value: String(day), label: t(`backups.weekday.${day}`) }))}
            value={String(weekday)}
            onChange={(next) => setWeekday(Number(next ?? weekday))}
          />
        ) : null}
        {every === 'month' ? (
          <NumberInput
            label={t('backups.onDay')}
            description={t('backups.onDayHint')}
            min={1}
            max={LAST_SURE_DAY}
            clampBehavior="strict"
            allowDecimal={false}
            value={monthDay}
            onChange={(next) => setMonthDay(Number(next) || 1)}
          />
        ) : null}
        <TimeInput
          label={t('backups.at')}
          description={every === 'hour' ? t('backups.atHint') : null}
          error={isTime ? null : t('backups.badTime')}
          value={at}
          onChange={setAt}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!isTime}>
            {t('backups.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
