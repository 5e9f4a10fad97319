import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../../lib/error-text.ts'
import { formatCount, formatDay } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { Picker } from '../components/Picker.tsx'
import { fetchStock, prescriptionKeys, searchMedications } from './api.ts'
import styles from './Prescription.module.css'
import type { Medication } from './types.ts'

const TYPING_PAUSE_MS = 180
const POINTING_PAUSE_MS = 150
const SHORTEST_QUERY = 2
const FRESH_MS = 60_000

/** A medicine as it is read on a list. */
export const titleOf = ({ genericName, brandName, strength, form }: Medication): string =>
  [genericName, brandName === null ? null : `(${brandName})`, strength, form].filter(Boolean).join(' ')

/** Finds a medicine; of the one that is pointed at it says how much there is, and how long it keeps. */
export function MedicinePicker({ onChoose }: { onChoose: (medication: Medication) => void }) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [pointed, setPointed] = useState<Medication>()
  const typed = text.trim()
  const wanted = useDebounced(typed, TYPING_PAUSE_MS)
  const query = useQuery({
    queryKey: prescriptionKeys.search(wanted),
    queryFn: ({ signal }) => searchMedications(wanted, signal),
    enabled: wanted.length >= SHORTEST_QUERY,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  })
  const isLong = typed.length >= SHORTEST_QUERY && wanted.length >= SHORTEST_QUERY
  const found = isLong ? (query.data ?? []) : []
  const isSettled = wanted === typed && !query.isPlaceholderData && !query.isFetching
  const stocked = useDebounced(pointed, POINTING_PAUSE_MS)
  const isAborted = query.error instanceof HttpError && query.error.aborted
  const note =
    query.error !== null && !isAborted
      ? errorText(query.error)
      : isLong && isSettled && found.length === 0
        ? t('prescribing.noMedicine')
        : null
  return (
    <Picker
      jump="medicine"
      label={t('prescribing.addMedicine')}
      placeholder={t('prescribing.medicineHint')}
      text={text}
      onText={setText}
      items={found}
      isSettled={isSettled}
      keyOf={({ id }) => id}
      draw={(medication) => (
        <>
          <span className={styles.grow}>{titleOf(medication)}</span>
          <span className={styles.dim}>
            {t('prescribing.priceOf', { price: medication.sellingPrice, unit: medication.unit })}
          </span>
          {stocked?.id === medication.id ? (
            <span className={styles.whole}>
              <StockOf id={medication.id} />
            </span>
          ) : null}
        </>
      )}
      onPoint={setPointed}
      onChoose={(medication) => {
        setText('')
        onChoose(medication)
      }}
      note={note}
    />
  )
}

/** How much there is of a medicine that is not expired, and when the batch that goes first expires. */
export function StockOf({ id }: { id: string }) {
  const { t } = useTranslation()
  const { data } = useQuery({
    queryKey: prescriptionKeys.stock(id),
    queryFn: ({ signal }) => fetchStock(id, signal),
    staleTime: FRESH_MS,
  })
  if (data === undefined) return <span className={styles.dim}>{t('state.loading')}</span>
  const first = data.batches.find(({ expired }) => !expired)
  return (
    <span className={styles.stock} data-level={data.available === 0 ? 'none' : data.low ? 'low' : 'fine'}>
      {data.available === 0
        ? t('prescribing.outOfStock')
        : t('prescribing.inStock', {
            count: data.available,
            number: formatCount(data.available),
            unit: data.unit,
          })}
      {first === undefined ? '' : ` · ${t('prescribing.expires', { day: formatDay(first.expiresOn) })}`}
    </span>
  )
}
