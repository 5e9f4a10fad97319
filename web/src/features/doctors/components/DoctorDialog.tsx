import { Button, Group, Input, Switch, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { type Doctor, doctorKeys, saveDoctor } from '../api.ts'
import { hasHours, wrongDays } from '../week.ts'
import { SignatureField } from './SignatureField.tsx'
import { UserSelect } from './UserSelect.tsx'
import { WeekHours } from './WeekHours.tsx'

const FIELDS = ['name', 'specialty', 'mmcNumber', 'apcNumber', 'room', 'userId'] as const
/** Those that are typed; who signs in is chosen. */
const TYPED = FIELDS.filter((field) => field !== 'userId')
const REQUIRED = new Set<string>(['code', 'name'])
type Form = Record<(typeof FIELDS)[number] | 'code', string>

const formOf = (doctor: Doctor | null): Form => ({
  code: doctor?.code ?? '',
  name: doctor?.name ?? '',
  specialty: doctor?.specialty ?? '',
  mmcNumber: doctor?.mmcNumber ?? '',
  apcNumber: doctor?.apcNumber ?? '',
  room: doctor?.room ?? '',
  userId: doctor?.userId ?? '',
})

/** What is said of a doctor; an emptied field of a known one is taken back. */
function bodyOf(form: Form, doctor: Doctor | null): Record<string, string | null> {
  const fields: readonly (keyof Form)[] = doctor === null ? ['code', ...FIELDS] : FIELDS
  const values = fields.map((field): [string, string | null] => [field, form[field].trim() || null])
  // Of a new doctor nothing is taken back: what is empty was not said.
  return Object.fromEntries(values.filter(([, value]) => doctor !== null || value !== null))
}

/** Adds a doctor or changes one; certificates need the real MMC number that is kept here. */
export function DoctorDialog({ doctor, onClose }: { doctor: Doctor | null; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [form, setForm] = useState(() => formOf(doctor))
  const [active, setActive] = useState(doctor?.active ?? true)
  const [version, setVersion] = useState(doctor?.version ?? 0)
  const [hours, setHours] = useState(doctor?.workingHours ?? {})
  const save = useMutation({
    mutationFn: () =>
      saveDoctor(doctor && { ...doctor, version }, {
        ...bodyOf(form, doctor),
        ...(doctor === null ? {} : { active }),
        ...(doctor === null && !hasHours(hours) ? {} : { workingHours: hours }),
      }),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: doctorKeys.all }),
  })
  const faultOf = (field: string): string | null =>
    save.error instanceof HttpError
      ? (save.error.errors.find(({ path }) => path === field)?.message ?? null)
      : null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!save.isPending && wrongDays(hours).length === 0) save.mutate()
  }
  const shown: readonly (keyof Form)[] = doctor === null ? ['code', ...TYPED] : TYPED
  return (
    <Dialog size="lg" onClose={onClose} title={doctor?.name ?? t('doctors.add')}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }} noValidate>
        <ErrorNotice error={save.error} />
        {shown.map((field, index) => (
          <TextInput
            key={field}
            label={t(`doctors.${field}`)}
            required={REQUIRED.has(field)}
            value={form[field]}
            error={faultOf(field)}
            autoComplete="off"
            {...(index === 0 ? { 'data-autofocus': true } : {})}
            onChange={(event) => setForm({ ...form, [field]: event.currentTarget.value })}
          />
        ))}
        <UserSelect value={form.userId} onChange={(userId) => setForm({ ...form, userId })} />
        <Input.Wrapper label={t('doctors.hours')} labelElement="div">
          <WeekHours value={hours} onChange={setHours} />
        </Input.Wrapper>
        {doctor === null ? null : <SignatureField doctor={doctor} onVersion={setVersion} />}
        {doctor === null ? null : (
          <Switch
            label={t('doctors.active')}
            checked={active}
            onChange={(event) => setActive(event.currentTarget.checked)}
          />
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('doctors.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
