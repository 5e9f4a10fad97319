import { Button, Checkbox } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useDraft } from '../../../lib/use-draft.ts'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { doctorKeys, saveDoctor, useDoctors } from '../../doctors/api.ts'
import { WeekHours } from '../../doctors/components/WeekHours.tsx'
import { FIRST_WEEK, hasHours, type WorkingHours, wrongDays } from '../../doctors/week.ts'
import { changeSetting, type Setting, settingKeys } from '../../settings/api.ts'
import { DaysField } from '../../settings/components/DaysField.tsx'
import { titleOf } from '../../settings/titles.ts'
import styles from './SetUp.module.css'

const HOLIDAYS = 'clinic.holidays'

interface HoursStepProps {
  settings: readonly Setting[]
  onDone: () => Promise<void>
}

/** When the clinic is open: the week that its doctors work by, from which free appointments are reckoned, and holidays. */
export function HoursStep({ settings, onDone }: HoursStepProps) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const doctors = useDoctors().filter(({ active }) => active)
  const known = doctors.find(({ workingHours }) => hasHours(workingHours))?.workingHours
  const draft = useDraft<{ hours?: WorkingHours; holidays?: string[] }>('setup.hours', {})
  const hours = draft.value.hours ?? known ?? FIRST_WEEK
  const [chosen, setChosen] = useState<Record<string, boolean>>({})
  const isChosen = (id: string): boolean =>
    chosen[id] ?? doctors.some((one) => one.id === id && !hasHours(one.workingHours))
  const holidays = settings.find(({ name }) => name === HOLIDAYS)
  const save = useMutation({
    mutationFn: async () => {
      for (const doctor of doctors.filter(({ id }) => isChosen(id)))
        await saveDoctor(doctor, { workingHours: hours })
      if (holidays !== undefined && draft.value.holidays !== undefined)
        await changeSetting(HOLIDAYS, draft.value.holidays, holidays.version)
      await onDone()
    },
    onSuccess: () => draft.drop(),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: doctorKeys.all }),
        queries.invalidateQueries({ queryKey: settingKeys.all }),
      ]),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!save.isPending && wrongDays(hours).length === 0) save.mutate()
  }
  return (
    <form onSubmit={submit} noValidate className={styles.fields}>
      <ErrorNotice error={save.error} />
      {doctors.length === 0 ? <Notice tone="warn">{t('setup.hours.noDoctors')}</Notice> : null}
      <WeekHours value={hours} onChange={(next) => draft.change({ hours: next })} />
      {doctors.length === 0 ? null : (
        <Checkbox.Group label={t('setup.hours.for')} value={doctors.map(({ id }) => id).filter(isChosen)}>
          {doctors.map(({ id, name }) => (
            <Checkbox
              key={id}
              mt={6}
              value={id}
              label={name}
              onChange={(event) => setChosen({ ...chosen, [id]: event.currentTarget.checked })}
            />
          ))}
        </Checkbox.Group>
      )}
      {holidays === undefined ? null : (
        <DaysField
          label={titleOf(holidays, t, i18n)}
          value={draft.value.holidays ?? (holidays.value as string[])}
          onChange={(days) => draft.change({ holidays: days })}
        />
      )}
      <div className={styles.foot}>
        <Button type="submit" loading={save.isPending} disabled={wrongDays(hours).length > 0}>
          {t('setup.saveNext')}
        </Button>
      </div>
    </form>
  )
}
