import { NumberInput, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { clinicToday } from '../../../lib/format.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { useDoctors } from '../../doctors/api.ts'
import { usePanels } from '../../panels/api.ts'
import { monthsUpTo } from '../../panels/months.ts'
import { PatientPicker, type Picked } from '../../patients/components/PatientPicker.tsx'
import { fetchUsers, userKeys } from '../../users/api.ts'
import { choicesOf, type Field, fieldsOf, type Values } from '../params.ts'
import type { CatalogEntry } from '../types.ts'

const MONTHS_SHOWN = 36
const MONTH_CHARS = 7
const DAYS_AHEAD_MOST = 3650

interface FieldProps {
  value: string
  onChange: (value: string) => void
  error: string | null
}

interface ParamFieldsProps {
  report: CatalogEntry
  values: Values
  onChange: (part: Values) => void
  errorOf: (field: string) => string | null
}

/** The parameters of a report, each by its kind. */
export function ParamFields({ report, values, onChange, errorOf }: ParamFieldsProps) {
  const { t } = useTranslation()
  return fieldsOf(report).map((field) => {
    const props: FieldProps = {
      value: values[field] ?? '',
      onChange: (value) => onChange({ [field]: value }),
      error: errorOf(field),
    }
    const label = t(`reports.param.${field}`)
    if (field === 'by') return <ByField key={field} report={report} {...props} />
    if (field === 'from' || field === 'to') return <DayInput key={field} label={label} w={140} {...props} />
    const Part = PARTS[field]
    return <Part key={field} {...props} />
  })
}

function ByField({ report, value, onChange, error }: FieldProps & { report: CatalogEntry }) {
  const { t } = useTranslation()
  const choices = choicesOf(report)
  return (
    <Select
      label={t('reports.param.by')}
      w={150}
      allowDeselect={false}
      data={choices.map((by) => ({ value: by, label: t(`reports.by.${by}`) }))}
      value={choices.includes(value) ? value : (choices[0] ?? null)}
      onChange={(by) => onChange(by ?? '')}
      error={error}
    />
  )
}

/** One doctor, or all of them. */
export function DoctorField({ value, onChange, error }: FieldProps) {
  const { t } = useTranslation()
  const doctors = useDoctors()
  return (
    <Select
      label={t('reports.param.doctorId')}
      placeholder={t('reports.all')}
      clearable
      searchable
      data={doctors.map(({ id, name }) => ({ value: id, label: name }))}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      error={error}
    />
  )
}

/** One cashier, or all of them; without the list of users it is oneself or all. */
function CashierField({ value, onChange, error }: FieldProps) {
  const { t } = useTranslation()
  const me = useUser()
  const query = useQuery({
    queryKey: userKeys.page(1),
    queryFn: ({ signal }) => fetchUsers(1, signal),
    enabled: me.permissions.includes('users.view'),
  })
  const users = query.data?.data ?? [me]
  return (
    <Select
      label={t('reports.param.cashierId')}
      placeholder={t('reports.all')}
      clearable
      searchable
      data={users.map(({ id, name }) => ({ value: id, label: name }))}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      error={error}
    />
  )
}

function PanelField({ value, onChange, error }: FieldProps) {
  const { t } = useTranslation()
  const panels = usePanels()
  return (
    <Select
      label={t('reports.param.panelId')}
      searchable
      data={panels.map(({ id, name }) => ({ value: id, label: name }))}
      value={value || null}
      onChange={(id) => onChange(id ?? '')}
      error={error}
    />
  )
}

function MonthField({ value, onChange, error }: FieldProps) {
  const { t } = useTranslation()
  const months = monthsUpTo(clinicToday().slice(0, MONTH_CHARS), MONTHS_SHOWN)
  return (
    <Select
      label={t('reports.param.month')}
      w={130}
      allowDeselect={false}
      data={months.map((one) => ({ value: one, label: `${one.slice(5)}/${one.slice(0, 4)}` }))}
      value={value || null}
      onChange={(month) => onChange(month ?? '')}
      error={error}
    />
  )
}

/** Somebody of the file; who it is stays on this page, not in what is kept of the form. */
function PatientField({ onChange }: FieldProps) {
  const { t } = useTranslation()
  const [picked, setPicked] = useState<Picked | null>(null)
  return (
    <PatientPicker
      label={t('reports.param.patientId')}
      value={picked}
      onChange={(patient) => {
        setPicked(patient)
        onChange(patient?.id ?? '')
      }}
    />
  )
}

function DaysField({ value, onChange, error }: FieldProps) {
  const { t } = useTranslation()
  return (
    <NumberInput
      label={t('reports.param.expiringWithinDays')}
      placeholder={t('reports.anyTime')}
      w={200}
      min={0}
      max={DAYS_AHEAD_MOST}
      allowDecimal={false}
      allowNegative={false}
      value={value}
      onChange={(days) => onChange(String(days))}
      error={error}
    />
  )
}

const PARTS: Record<Exclude<Field, 'by' | 'from' | 'to'>, (props: FieldProps) => React.ReactNode> = {
  month: MonthField,
  panelId: PanelField,
  patientId: PatientField,
  doctorId: DoctorField,
  cashierId: CashierField,
  expiringWithinDays: DaysField,
}
