import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatCount, formatMoment, readDay } from '../../../lib/format.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { type Scrolled, useLongList } from '../../../lib/use-long-list.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { Empty } from '../../../ui/Empty.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { LongTable } from '../../../ui/LongTable.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import ui from '../../../ui/ui.module.css'
import { fetchMedications, medicationKeys } from '../../medications/api.ts'
import { fetchRegister, registerKey } from '../api.ts'
import type { Register as RegisterList } from '../types.ts'
import styles from './Register.module.css'

const TYPING_MS = 250
const signed = (quantity: number): string => `${quantity > 0 ? '+' : '−'}${formatCount(Math.abs(quantity))}`
/** A day that is typed counts once it is one. */
const dayOr = (typed: string): string => readDay(typed) ?? ''

/** The register of psychotropic medicines: every unit, when, of which batch, to whom and by whom. */
export function Register() {
  const { t } = useTranslation()
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [medicationId, setMedicationId] = useState('')
  const filter = useDebounced(JSON.stringify({ from: dayOr(from), to: dayOr(to), medicationId }), TYPING_MS)
  const wanted = JSON.parse(filter) as { from: string; to: string; medicationId: string }
  const isBackwards = wanted.from !== '' && wanted.to !== '' && wanted.from > wanted.to
  const list = useLongList({
    queryKey: registerKey(wanted),
    keptAs: `stock.register.${filter}`,
    read: (from, signal) => fetchRegister(wanted, from, signal),
    enabled: !isBackwards,
  })
  return (
    <>
      <p className={styles.hint}>{t('medicines.registerHint')}</p>
      <div className={styles.filters}>
        <DayInput label={t('medicines.from')} value={from} onChange={setFrom} />
        <DayInput
          label={t('medicines.to')}
          value={to}
          onChange={setTo}
          error={isBackwards ? t('medicines.backwards') : null}
        />
        <PsychotropicSelect value={medicationId} onChange={setMedicationId} />
        <AsOf atMs={list.asOfMs} />
      </div>
      {isBackwards ? null : (
        <ListState
          shown={list}
          isEmpty={list.rows.length === 0}
          empty={<Empty title={t('medicines.noneInRegister')} />}
          lines={8}
        >
          <Rows list={list} />
        </ListState>
      )}
    </>
  )
}

function Rows({ list }: { list: Scrolled<RegisterList['data'][number]> }) {
  const { t } = useTranslation()
  return (
    <div data-register>
      <LongTable
        list={list}
        head={
          <tr>
            <th>{t('medicines.when')}</th>
            <th>{t('medicines.name')}</th>
            <th>{t('medicines.batch')}</th>
            <th>{t('medicines.what')}</th>
            <th className={ui.num}>{t('medicines.moved')}</th>
            <th className={ui.num}>{t('medicines.balance')}</th>
            <th>{t('medicines.patient')}</th>
            <th>{t('medicines.by')}</th>
            <th>{t('medicines.reason')}</th>
          </tr>
        }
      >
        {(row, place) => (
          <tr {...place}>
            <td className={styles.when}>{formatMoment(row.at)}</td>
            <td className={styles.name}>
              <Link to={`/medicines/${row.medicationId}`}>{row.name}</Link>
            </td>
            <td>{row.batchNo}</td>
            <td>{t(`medicines.kind.${row.kind}`)}</td>
            <td className={`${ui.num} ${styles.when}`}>
              {signed(row.quantity)} {row.unit}
            </td>
            <td className={ui.num}>{formatCount(row.balance)}</td>
            <td className={styles.name}>
              {row.patient === null ? null : (
                <>
                  <Link to={`/patients/${row.patient.id}`}>{row.patient.name}</Link>{' '}
                  <span className={styles.dim}>{row.patient.clinicNumber}</span>
                </>
              )}
            </td>
            <td>{row.by}</td>
            <td className={styles.name}>{row.reason}</td>
          </tr>
        )}
      </LongTable>
    </div>
  )
}

/** One psychotropic medicine, found by name; the others are in no register. */
function PsychotropicSelect({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<{ value: string; label: string } | null>(null)
  const wanted = useDebounced(typed.trim(), TYPING_MS)
  const asks = wanted.length > 1 && wanted !== chosen?.label
  const { data } = useQuery({
    queryKey: medicationKeys.list(wanted, 'true', 1),
    queryFn: ({ signal }) => fetchMedications({ query: wanted, active: 'true', page: 1 }, signal),
    enabled: asks,
  })
  const found = (data?.data ?? [])
    .filter(({ psychotropic }) => psychotropic)
    .map(({ id, genericName, strength }) => ({
      value: id,
      label: [genericName, strength].filter(Boolean).join(' '),
    }))
  const options =
    chosen === null || found.some(({ value: id }) => id === chosen.value) ? found : [chosen, ...found]
  return (
    <Select
      label={t('medicines.oneMedicine')}
      placeholder={t('medicines.anyMedicine')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('medicines.anyMedicine') }}
      nothingFoundMessage={asks ? t('medicines.none') : t('medicines.searchHint')}
      // what was found is found by the server, by more than the name
      filter={({ options: all }) => all}
      data={options}
      value={value === '' ? null : value}
      searchValue={typed}
      onSearchChange={setTyped}
      onChange={(next, option) => {
        setChosen(next === null ? null : { value: next, label: option?.label ?? next })
        onChange(next ?? '')
      }}
    />
  )
}
