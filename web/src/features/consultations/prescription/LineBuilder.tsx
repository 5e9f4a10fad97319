import { Button, NativeSelect, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { doseUnitsOf } from '../../../../../shared/prescriptions/rules.ts'
import { errorText } from '../../../lib/error-text.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { prescriptionKeys, reckon } from './api.ts'
import { type DosingForm, hasDays, readDosing, withDose } from './dosing-form.ts'
import { StockOf, titleOf } from './MedicinePicker.tsx'
import styles from './Prescription.module.css'
import { type DosingInput, FREQUENCIES, type Medication, TIMINGS } from './types.ts'

const TYPING_PAUSE_MS = 120
const MAX_NOTE = 200

interface LineBuilderProps {
  medication: Medication
  start: DosingForm
  isNew: boolean
  onDone: (input: DosingInput) => void
  onClose: () => void
}

/** How one medicine is to be taken; what that comes to and how the label reads is shown while it is typed. */
export function LineBuilder({ medication, start, isNew, onDone, onClose }: LineBuilderProps) {
  const { t } = useTranslation()
  const [form, setForm] = useState(start)
  const first = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    first.current?.focus({ preventScroll: true })
    first.current?.closest('fieldset')?.scrollIntoView({ block: 'nearest' })
  }, [])
  const units = doseUnitsOf(medication)
  const input = readDosing(medication.id, form)
  const set = (name: keyof DosingForm) => (event: { currentTarget: { value: string } }) =>
    setForm({ ...form, [name]: event.currentTarget.value })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey) return
    if (event.key === 'Escape') onClose()
    else if (event.key !== 'Enter' || event.target instanceof HTMLButtonElement) return
    else {
      // The whole sig may stand in the first field.
      const next = withDose(form, form.dose)
      const ready = readDosing(medication.id, next)
      if (ready === null) setForm(next)
      else onDone(ready)
    }
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <fieldset className={styles.builder} onKeyDown={onKeyDown} aria-label={titleOf(medication)}>
      <div className={styles.builderHead}>
        <strong>{titleOf(medication)}</strong>
        <StockOf id={medication.id} />
      </div>
      <div className={styles.fields}>
        <TextInput
          ref={first}
          w={120}
          label={t('prescribing.dose')}
          placeholder={t('prescribing.sigHint')}
          autoComplete="off"
          value={form.dose}
          onChange={set('dose')}
          onBlur={() => setForm(withDose(form, form.dose))}
        />
        <NativeSelect
          label={t('prescribing.unit')}
          data={units.map((unit) => ({ value: unit, label: t(`prescribing.doseUnit.${unit}`) }))}
          value={form.doseUnit}
          onChange={set('doseUnit')}
        />
        <NativeSelect
          label={t('prescribing.howOften')}
          data={[
            { value: '', label: '' },
            ...FREQUENCIES.map((code) => ({ value: code, label: t(`prescribing.frequency.${code}`) })),
          ]}
          value={form.frequency}
          onChange={set('frequency')}
        />
        <TextInput
          w={72}
          label={t('prescribing.days')}
          inputMode="numeric"
          autoComplete="off"
          disabled={!hasDays(form.frequency)}
          value={form.days}
          onChange={set('days')}
        />
        {form.frequency === 'PRN' ? (
          <TextInput
            w={96}
            label={t('prescribing.maxPerDay')}
            inputMode="numeric"
            autoComplete="off"
            value={form.maxPerDay}
            onChange={set('maxPerDay')}
          />
        ) : null}
        <NativeSelect
          label={t('prescribing.food')}
          data={[
            { value: '', label: '' },
            ...TIMINGS.map((code) => ({ value: code, label: t(`prescribing.timing.${code}`) })),
          ]}
          value={form.timing}
          onChange={set('timing')}
        />
        <TextInput
          w={96}
          label={t('prescribing.quantity')}
          placeholder={t('prescribing.reckoned')}
          inputMode="numeric"
          autoComplete="off"
          value={form.quantity}
          onChange={set('quantity')}
        />
        <TextInput
          className={styles.grow}
          label={t('prescribing.note')}
          maxLength={MAX_NOTE}
          value={form.note}
          onChange={set('note')}
        />
      </div>
      <Reckoned input={input} />
      <div className={styles.actions}>
        <Button size="xs" disabled={input === null} onClick={() => input !== null && onDone(input)}>
          {t(isNew ? 'prescribing.order' : 'prescribing.change')}
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          {t('action.cancel')}
        </Button>
      </div>
    </fieldset>
  )
}

/** What a dosing comes to: how many, the label in both languages, the price; or why it cannot be. */
function Reckoned({ input }: { input: DosingInput | null }) {
  const { t } = useTranslation()
  const asked = useDebounced(input === null ? null : JSON.stringify(input), TYPING_PAUSE_MS)
  const dosing = asked === null ? null : (JSON.parse(asked) as DosingInput)
  const { data, error } = useQuery({
    queryKey: prescriptionKeys.dosing(dosing ?? { medicationId: '0', dose: 0, frequency: 'STAT' }),
    queryFn: ({ signal }) => reckon(dosing as DosingInput, signal),
    enabled: dosing !== null,
    placeholderData: keepPreviousData,
  })
  if (input === null || dosing === null)
    return <p className={`${styles.hint} ${styles.room}`}>{t('prescribing.builderHint')}</p>
  if (error instanceof HttpError && !error.aborted)
    return (
      <p className={styles.refused} role="alert">
        {error.status === 422
          ? error.errors.map(({ path }) => t(`prescribing.fault.${faultName(path)}`)).join(' ')
          : errorText(error)}
      </p>
    )
  if (data === undefined) return <p className={`${styles.hint} ${styles.room}`}>{t('state.loading')}</p>
  return (
    <div className={styles.label} role="status">
      <span className={styles.quantity}>
        {t('prescribing.comesTo', { quantity: data.quantity, unit: data.unit })}
        <span className={styles.dim}>{t('prescribing.rm', { amount: data.amount })}</span>
      </span>
      <span lang="ms">{data.instructions.ms}</span>
      <span lang="en" className={styles.dim}>
        {data.instructions.en}
      </span>
    </div>
  )
}

const FAULTS = ['dose', 'doseUnit', 'route', 'maxPerDay', 'durationDays', 'quantity', 'medicationId'] as const

/** The field that the server names, as a text is known for it. */
export const faultName = (path: string): (typeof FAULTS)[number] | 'other' =>
  FAULTS.find((name) => name === path) ?? 'other'
