import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useSearchParams } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { Pager } from '../../../ui/Pager.tsx'
import { Register } from '../../stock/components/Register.tsx'
import { StockWorth } from '../../stock/components/StockWorth.tsx'
import { fetchMedications, medicationKeys } from '../api.ts'
import { MedicineDialog } from '../components/MedicineDialog.tsx'
import styles from '../components/Medicines.module.css'
import { MedicineTable } from '../components/MedicineTable.tsx'
import { ExpiringList, LowList } from '../components/ShelfLists.tsx'

const VIEWS = ['all', 'low', 'expiring', 'register', 'value', 'retired'] as const
type View = (typeof VIEWS)[number]
const TYPING_MS = 200

/** The clinic's medicines, what is left of each, and what has to be seen to. */
export function MedicinesPage() {
  const { t } = useTranslation()
  const { permissions } = useUser()
  const go = useNavigate()
  const [params, setParams] = useSearchParams()
  const view = VIEWS.find((one) => one === params.get('view')) ?? 'all'
  const [adding, setAdding] = useState(false)
  // what is on the shelves is not for everybody who may look at the list
  const views = VIEWS.filter(
    (one) => permissions.includes('stock.view') || one === 'all' || one === 'retired',
  )
  return (
    <Page
      title={t('medicines.title')}
      side={
        permissions.includes('medications.write') ? (
          <Button leftSection={<Icon name="add" />} onClick={() => setAdding(true)}>
            {t('medicines.add')}
          </Button>
        ) : null
      }
    >
      <SegmentedControl
        mb={14}
        size="xs"
        className={styles.views ?? ''}
        aria-label={t('medicines.view')}
        data={views.map((one) => ({ value: one, label: t(`medicines.views.${one}`) }))}
        value={view}
        onChange={(next) => setParams({ view: next as View }, { replace: true })}
      />
      {view === 'low' ? <LowList /> : null}
      {view === 'expiring' ? <ExpiringList /> : null}
      {view === 'register' ? <Register /> : null}
      {view === 'value' ? <StockWorth /> : null}
      {view === 'all' || view === 'retired' ? <NamedList key={view} retired={view === 'retired'} /> : null}
      {adding ? (
        <MedicineDialog
          medicine={null}
          onClose={() => setAdding(false)}
          onDone={({ id }) => void go(`/medicines/${id}`)}
        />
      ) : null}
    </Page>
  )
}

/** Medicines by name, found by words of name, brand, code or category. */
function NamedList({ retired }: { retired: boolean }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const [page, setPage] = useState(1)
  const query = useDebounced(typed.trim(), TYPING_MS)
  const active = retired ? 'false' : 'true'
  const answer = useQuery({
    queryKey: medicationKeys.list(query, active, page),
    queryFn: ({ signal }) => fetchMedications({ query, active, page }, signal),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const shown = useKept(`medicines.${active}.${query}.${page}`, answer)
  return (
    <>
      <div className={styles.filters}>
        <TextInput
          type="search"
          name="medicine"
          label={t('medicines.search')}
          placeholder={t('medicines.searchHint')}
          autoComplete="off"
          maxLength={80}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            setPage(1)
          }}
        />
        <AsOf atMs={shown.asOfMs} />
      </div>
      <ListState
        shown={shown}
        isEmpty={shown.data?.data.length === 0}
        lines={10}
        empty={<Empty title={t('medicines.none')} />}
      >
        <MedicineTable medicines={shown.data?.data ?? []} />
      </ListState>
      <Pager page={page} pages={shown.data?.meta.totalPages ?? 1} onPage={setPage} />
    </>
  )
}
