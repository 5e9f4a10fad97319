import { Button, Group, NumberInput, Select, Switch, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { mayBeAttached } from '../../../../../shared/schedules/reports/rules.ts'
import { useUser } from '../../../app/session.tsx'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { TimeInput } from '../../../ui/TimeInput.tsx'
import { useKeyFor } from '../../consultations/papers/once.ts'
import { addStanding, standingKeys } from '../api.ts'
import { bodyOf, firstForm, isWhole, periodsOf, type Scheduled, type StandingForm } from '../standing.ts'
import type { CatalogEntry, StandingInput } from '../types.ts'
import styles from './Reports.module.css'

const WEEKDAYS = ['1', '2', '3', '4', '5', '6', '7']
const RHYTHMS = ['day', 'week', 'month'] as const

interface RepeatDialogProps {
  report: CatalogEntry
  /** Parameters but for those that follow from the period. */
  params: Record<string, unknown>
  format: string
  language: 'en' | 'ms'
  onClose: () => void
}

/** Has a report made by itself: about which days, how often, when, and who is told. */
export function RepeatDialog({ report, params, format, language, onClose }: RepeatDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const keyFor = useKeyFor()
  const [form, setForm] = useState(() => firstForm(report.title[language]))
  const change = (part: Partial<StandingForm>): void => setForm({ ...form, ...part })
  const save = useMutation({
    mutationFn: () => {
      const body = { ...bodyOf(report.name as Scheduled, form), params, format, language } as StandingInput
      return addStanding(body, keyFor(body))
    },
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: standingKeys.all }),
  })
  return (
    <Dialog size="lg" onClose={onClose} title={t('reports.standing.new')}>
      <ErrorNotice error={save.error} />
      <TextInput
        label={t('reports.standing.name')}
        data-autofocus
        required
        maxLength={120}
        value={form.title}
        onChange={(event) => change({ title: event.currentTarget.value })}
      />
      <RhythmFields report={report.name} form={form} onChange={change} />
      <MailFields report={report.name} form={form} onChange={change} />
      <Group justify="flex-end" mt={16}>
        <Button loading={save.isPending} disabled={!isWhole(form)} onClick={() => save.mutate()}>
          {t('reports.standing.save')}
        </Button>
      </Group>
    </Dialog>
  )
}

interface FieldsProps {
  report: string
  form: StandingForm
  onChange: (part: Partial<StandingForm>) => void
}

function RhythmFields({ report, form, onChange }: FieldsProps) {
  const { t } = useTranslation()
  const periods = periodsOf(report)
  return (
    <div className={styles.fields}>
      {periods.length > 0 ? (
        <Select
          label={t('reports.standing.period')}
          allowDeselect={false}
          data={periods.map((value) => ({ value, label: t(`reports.standing.periods.${value}`) }))}
          value={form.period}
          onChange={(period) => onChange({ period: (period ?? form.period) as StandingForm['period'] })}
        />
      ) : null}
      <Select
        label={t('reports.standing.every')}
        w={150}
        allowDeselect={false}
        data={RHYTHMS.map((value) => ({ value, label: t(`reports.standing.rhythm.${value}`) }))}
        value={form.every}
        onChange={(every) => onChange({ every: (every ?? form.every) as StandingForm['every'] })}
      />
      {form.every === 'week' ? (
        <Select
          label={t('reports.standing.weekday')}
          w={140}
          allowDeselect={false}
          data={WEEKDAYS.map((value) => ({ value, label: t(`backups.weekday.${value}`) }))}
          value={form.weekday}
          onChange={(weekday) => onChange({ weekday: weekday ?? form.weekday })}
        />
      ) : null}
      {form.every === 'month' ? (
        <NumberInput
          label={t('reports.standing.monthDay')}
          w={90}
          min={1}
          max={28}
          allowDecimal={false}
          allowNegative={false}
          value={form.monthDay}
          onChange={(monthDay) => onChange({ monthDay })}
        />
      ) : null}
      <TimeInput
        label={t('reports.standing.at')}
        w={90}
        value={form.at}
        onChange={(at) => onChange({ at })}
      />
    </div>
  )
}

/** Whom a mail goes to; only those who may have every report have any sent. */
function MailFields({ report, form, onChange }: FieldsProps) {
  const { t } = useTranslation()
  const { permissions } = useUser()
  if (!permissions.includes('reports.all')) return null
  return (
    <>
      <TextInput
        label={t('reports.standing.recipients')}
        description={t('reports.standing.recipientsHint')}
        autoComplete="off"
        value={form.recipients}
        onChange={(event) => onChange({ recipients: event.currentTarget.value })}
      />
      {mayBeAttached(report) ? (
        <Switch
          mt={12}
          label={t('reports.standing.attach')}
          checked={form.attach}
          onChange={(event) => onChange({ attach: event.currentTarget.checked })}
        />
      ) : null}
    </>
  )
}
