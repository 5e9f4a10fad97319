import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Key } from '../../../ui/Key.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { jumpTo } from '../jumps.ts'
import { fetchMedication, prescriptionKeys } from './api.ts'
import { type DosingForm, dosingOf, startFor } from './dosing-form.ts'
import { LineBuilder } from './LineBuilder.tsx'
import { LineRow } from './LineRow.tsx'
import type { Line } from './lines.ts'
import { MedicinePicker } from './MedicinePicker.tsx'
import styles from './Prescription.module.css'
import type { DosingInput, LastPrescription, Medication } from './types.ts'
import type { Order } from './use-prescription.ts'

/** What the builder is at. */
interface Building {
  medication: Medication
  start: DosingForm
  /** The line that is changed; null for a new one. */
  line: Line | null
}

interface PrescriptionSectionProps {
  order: Order
  isEditable: boolean
  /** The last prescription as it was asked for, if it was. */
  last: LastPrescription | undefined
  /** Null where nothing is repeated. */
  onRepeat: (() => void) | null
  isRepeating: boolean
}

/** What is ordered, and the way to order more. */
export function PrescriptionSection({
  order,
  isEditable,
  last,
  onRepeat,
  isRepeating,
}: PrescriptionSectionProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [building, setBuilding] = useState<Building | null>(null)
  const close = (): void => {
    setBuilding(null)
    // The field is drawn again first.
    requestAnimationFrame(() => jumpTo('medicine'))
  }
  const edit = useMutation({
    mutationFn: async (line: Line): Promise<Building> => {
      const id = line.input.medicationId
      const medication = await queries.fetchQuery({
        queryKey: prescriptionKeys.medication(id),
        queryFn: ({ signal }) => fetchMedication(id, signal),
      })
      return { medication, start: dosingOf(line.input), line }
    },
    onSuccess: setBuilding,
  })
  const done = (input: DosingInput): void => {
    if (building === null) return
    const { line } = building
    // A reason was given for the line as it was; the server asks again where it is still needed.
    if (line === null) order.add([input])
    else order.replace(line.key, line.input.id === undefined ? input : { ...input, id: line.input.id })
    close()
  }
  if (order.isPending) return <Loading rows={2} />
  return (
    <div className={styles.section}>
      <ErrorNotice error={order.error ?? edit.error} onRetry={order.reload} />
      {order.isOvertaken ? <Notice tone="warn">{t('prescribing.overtaken')}</Notice> : null}
      {order.state.kind === 'refused' ? <ErrorNotice error={order.state.error} /> : null}
      {order.state.kind === 'away' ? <Notice tone="warn">{t('prescribing.away')}</Notice> : null}
      {order.lines.length === 0 ? (
        isEditable ? null : (
          <p className={styles.hint}>{t('prescribing.nothing')}</p>
        )
      ) : (
        <ol className={styles.lines} aria-label={t('prescribing.title')}>
          {order.lines.map((line) => (
            <LineRow
              key={line.key}
              line={line}
              isEditable={isEditable}
              onEdit={() => edit.mutate(line)}
              onRemove={() => order.remove(line.key)}
              onReason={(overrideReason) => {
                order.replace(line.key, { ...line.input, overrideReason })
                jumpTo('medicine')
              }}
            />
          ))}
        </ol>
      )}
      {order.lines.length === 0 ? null : (
        <div className={styles.total}>
          {t('prescribing.total', { amount: order.total })}
          <span className={styles.dim} role="status" data-order={order.state.kind}>
            {t(`prescribing.state.${order.state.kind}`)}
          </span>
        </div>
      )}
      {isEditable && building !== null ? (
        <LineBuilder
          key={building.line?.key ?? building.medication.id}
          medication={building.medication}
          start={building.start}
          isNew={building.line === null}
          onDone={done}
          onClose={close}
        />
      ) : null}
      {isEditable && building === null ? (
        <div className={styles.adding}>
          <div className={styles.grow}>
            <MedicinePicker
              onChoose={(medication) => setBuilding({ medication, start: startFor(medication), line: null })}
            />
          </div>
          {onRepeat === null ? null : (
            <Button
              variant="default"
              loading={isRepeating}
              onClick={onRepeat}
              rightSection={<Key of="Alt R" />}
            >
              {t('prescribing.repeat')}
            </Button>
          )}
        </div>
      ) : null}
      <Repeated last={last} />
    </div>
  )
}

/** Says what the last prescription had that cannot be ordered any more, or that there was none. */
function Repeated({ last }: { last: LastPrescription | undefined }) {
  const { t } = useTranslation()
  if (last === undefined) return null
  if (last.lines.length + last.unavailable.length === 0)
    return <p className={styles.hint}>{t('prescribing.noLast')}</p>
  if (last.unavailable.length === 0) return null
  return (
    <Notice tone="warn">
      {t('prescribing.unavailable', {
        names: last.unavailable.map(({ description }) => description).join(', '),
      })}
    </Notice>
  )
}
