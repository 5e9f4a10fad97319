import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { formatCount } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { formatRm } from '../../billing/amounts.ts'
import { fetchStock, stockKeys } from '../../stock/api.ts'
import { AdjustDialog } from '../../stock/components/AdjustDialog.tsx'
import { CountDialog } from '../../stock/components/CountDialog.tsx'
import { ReceiveDialog } from '../../stock/components/ReceiveDialog.tsx'
import { Batches, Movements } from '../../stock/components/StockView.tsx'
import type { Stock } from '../../stock/types.ts'
import { fetchMedication, medicationKeys } from '../api.ts'
import { MedicineDialog } from '../components/MedicineDialog.tsx'
import styles from '../components/Medicines.module.css'
import { titleOf } from '../form.ts'
import type { Medication } from '../types.ts'

type Doing = 'change' | 'receive' | 'adjust' | 'count'

/** One medicine: its price, what is on the shelf by batch, what came and went. */
export function MedicinePage() {
  const { t } = useTranslation()
  const { id = '' } = useParams()
  const { permissions } = useUser()
  const [doing, setDoing] = useState<Doing | null>(null)
  const medicineQuery = useQuery({
    queryKey: medicationKeys.one(id),
    queryFn: ({ signal }) => fetchMedication(id, signal),
    staleTime: 0,
  })
  const stockQuery = useQuery({
    queryKey: stockKeys.of(id),
    queryFn: ({ signal }) => fetchStock(id, signal),
    enabled: permissions.includes('stock.view'),
    staleTime: 0,
  })
  const medicine = useKept(`medicine.${id}`, medicineQuery)
  const stock = useKept(`stock.${id}`, stockQuery)
  const mayMove = permissions.includes('stock.write') && stock.data !== undefined
  const hasBatches = (stock.data?.batches.length ?? 0) > 0
  return (
    <Page
      title={medicine.data === undefined ? t('medicines.title') : titleOf(medicine.data)}
      side={
        <>
          <AsOf atMs={medicine.asOfMs ?? stock.asOfMs} />
          {permissions.includes('medications.write') && medicine.data !== undefined ? (
            <Button variant="default" leftSection={<Icon name="edit" />} onClick={() => setDoing('change')}>
              {t('medicines.changeIt')}
            </Button>
          ) : null}
          {mayMove && hasBatches ? (
            <>
              <Button variant="default" onClick={() => setDoing('count')}>
                {t('medicines.count')}
              </Button>
              <Button variant="default" onClick={() => setDoing('adjust')}>
                {t('medicines.adjust')}
              </Button>
            </>
          ) : null}
          {mayMove ? <Button onClick={() => setDoing('receive')}>{t('medicines.receive')}</Button> : null}
        </>
      }
    >
      <p style={{ marginTop: 0 }}>
        <Link to="/medicines">{t('medicines.backToList')}</Link>
      </p>
      <ErrorNotice error={medicine.error ?? stock.error} onRetry={() => void stockQuery.refetch()} />
      {medicine.isPending ? <Loading rows={6} /> : null}
      {medicine.data === undefined ? null : <Facts medicine={medicine.data} stock={stock.data} />}
      {stock.data === undefined ? null : (
        <>
          <Batches stock={stock.data} />
          <Movements medicationId={id} />
        </>
      )}
      {doing === null || medicine.data === undefined ? null : (
        <Dialogs
          doing={doing}
          medicine={medicine.data}
          stock={stock.data}
          withCost={permissions.includes('medications.write')}
          onClose={() => setDoing(null)}
        />
      )}
    </Page>
  )
}

interface DialogsProps {
  doing: Doing
  medicine: Medication
  stock: Stock | undefined
  withCost: boolean
  onClose: () => void
}

function Dialogs({ doing, medicine, stock, withCost, onClose }: DialogsProps) {
  const queries = useQueryClient()
  const refresh = (): void => void queries.invalidateQueries({ queryKey: stockKeys.all })
  const done = (): void => {
    refresh()
    onClose()
  }
  if (doing === 'change') return <MedicineDialog medicine={medicine} onDone={onClose} onClose={onClose} />
  if (stock === undefined) return null
  const common = { stock, onDone: done, onClose }
  if (doing === 'receive') return <ReceiveDialog {...common} withCost={withCost} />
  if (doing === 'adjust') return <AdjustDialog {...common} onStale={refresh} />
  return <CountDialog {...common} onStale={refresh} />
}

function Facts({ medicine, stock }: { medicine: Medication; stock: Stock | undefined }) {
  const { t } = useTranslation()
  const { costPrice } = medicine
  return (
    <>
      {medicine.active ? null : <Notice tone="warn">{t('medicines.isRetired')}</Notice>}
      <dl className={styles.facts}>
        {stock === undefined ? null : (
          <div>
            <dt>{t('medicines.stock')}</dt>
            <dd data-big>
              {formatCount(stock.available)} {stock.unit}
            </dd>
            {stock.low ? (
              <dd className={styles.mark} data-tone={stock.available === 0 ? 'bad' : 'warn'}>
                {t(stock.available === 0 ? 'medicines.out' : 'medicines.low')}
              </dd>
            ) : null}
          </div>
        )}
        <Fact name="price" value={formatRm(medicine.sellingPrice)} />
        {costPrice === undefined ? null : (
          <Fact name="cost" value={costPrice === null ? '–' : formatRm(costPrice)} />
        )}
        <Fact name="reorderLevel" value={formatCount(medicine.reorderLevel)} />
        <Fact name="sku" value={medicine.sku} />
        {medicine.category === null ? null : <Fact name="category" value={medicine.category} />}
        {medicine.poisonGroup === null ? null : <Fact name="poisonGroup" value={medicine.poisonGroup} />}
        {medicine.psychotropic ? <Fact name="psychotropic" value={t('medicines.yes')} /> : null}
      </dl>
    </>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  const { t } = useTranslation()
  return (
    <div>
      <dt>{t(`medicines.${name}`)}</dt>
      <dd>{value}</dd>
    </div>
  )
}
