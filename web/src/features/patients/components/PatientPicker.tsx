import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDay } from '../../../lib/format.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { patientKeys, searchPatients } from '../api.ts'
import type { Patient } from '../types.ts'

const TYPING_PAUSE_MS = 250
const SHORTEST_QUERY = 2

/** What is shown of a person that was picked. */
export type Picked = Pick<Patient, 'id' | 'name' | 'clinicNumber'> & { dateOfBirth?: string | null }

interface PatientPickerProps {
  label: string
  value: Picked | null
  onChange: (patient: Picked | null) => void
  /** Nobody who is one of these is offered. */
  without?: readonly string[]
  autoFocus?: boolean
}

const labelOf = ({ name, clinicNumber, dateOfBirth }: Picked): string =>
  [name, clinicNumber, formatDay(dateOfBirth)].filter(Boolean).join(' · ')

/** Finds somebody of the file by any part of name, identity number, phone or clinic number. */
export function PatientPicker({ label, value, onChange, without = [], autoFocus }: PatientPickerProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(value === null ? '' : labelOf(value))
  const wanted = useDebounced(text.trim(), TYPING_PAUSE_MS)
  const asks = wanted.length >= SHORTEST_QUERY && (value === null || wanted !== labelOf(value))
  const { data } = useQuery({
    queryKey: patientKeys.search(wanted),
    queryFn: ({ signal }) => searchPatients(wanted, signal),
    enabled: asks,
    staleTime: 5_000,
    gcTime: 60_000,
  })
  const found: Picked[] = (asks ? (data ?? []) : []).filter(({ id }) => !without.includes(id))
  const offered = value === null || found.some(({ id }) => id === value.id) ? found : [value, ...found]
  return (
    <Select
      label={label}
      placeholder={t('search.placeholder')}
      searchable
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      data={offered.map((one) => ({ value: one.id, label: labelOf(one) }))}
      value={value?.id ?? null}
      onChange={(id) => onChange(offered.find((one) => one.id === id) ?? null)}
      nothingFoundMessage={asks && data !== undefined ? t('search.none') : undefined}
      autoComplete="off"
      {...(autoFocus ? { 'data-autofocus': true } : {})}
    />
  )
}
