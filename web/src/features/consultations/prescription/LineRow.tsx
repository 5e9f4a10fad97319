import { ActionIcon, Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../../ui/icons.tsx'
import { fetchMedication, prescriptionKeys } from './api.ts'
import { faultName } from './LineBuilder.tsx'
import type { Line } from './lines.ts'
import { titleOf } from './MedicinePicker.tsx'
import styles from './Prescription.module.css'
import type { Warning } from './types.ts'

const MAX_REASON = 300
const FRESH_MS = 5 * 60_000

interface LineRowProps {
  line: Line
  isEditable: boolean
  onEdit: () => void
  onRemove: () => void
  onReason: (reason: string) => void
}

/** One ordered medicine: how it is taken, how many, and what speaks against it. */
export function LineRow({ line, isEditable, onEdit, onRemove, onReason }: LineRowProps) {
  const { t, i18n } = useTranslation()
  const { known } = line
  const name = useName(line)
  const isOrdered = known === undefined || known.status === 'ordered'
  const { ms = '', en = '' } = known?.instructions ?? {}
  const first = i18n.language === 'ms' ? ms : en
  const second = i18n.language === 'ms' ? en : ms
  return (
    <li
      className={styles.line}
      data-line={line.input.medicationId}
      data-open={line.open !== undefined || undefined}
    >
      <div className={styles.lineHead}>
        <strong className={styles.grow}>{name}</strong>
        {known === undefined ? null : (
          <span className={styles.nowrap}>
            {t('prescribing.comesTo', { quantity: known.quantity, unit: known.unit })}
          </span>
        )}
        {known === undefined ? null : (
          <span className={styles.dim}>{t('prescribing.rm', { amount: known.amount })}</span>
        )}
        {isOrdered ? null : <span className={styles.dim}>{t(`prescribing.status.${known.status}`)}</span>}
        {isEditable && isOrdered ? (
          <>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('prescribing.changeOne', { name })}
              onClick={onEdit}
            >
              <Icon name="edit" size={14} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('prescribing.removeOne', { name })}
              onClick={onRemove}
            >
              <Icon name="close" size={14} />
            </ActionIcon>
          </>
        ) : null}
      </div>
      {known === undefined ? null : (
        <div className={styles.instructions}>
          <span>{first}</span>
          <span className={styles.dim}>{second}</span>
          {known.note === null ? null : <span>{known.note}</span>}
        </div>
      )}
      {line.fault === undefined ? null : (
        <p className={styles.refused} role="alert">
          {t(`prescribing.fault.${faultName(line.fault)}`)}
        </p>
      )}
      {line.open === undefined ? (
        <Overridden warnings={known?.warnings ?? []} reason={known?.overrideReason ?? null} />
      ) : (
        <Reason name={name} warnings={line.open} onReason={onReason} onRemove={onRemove} />
      )}
    </li>
  )
}

/** What a line is called; before the server has answered, the medicine's own name. */
function useName({ known, input }: Line): string {
  const { data } = useQuery({
    queryKey: prescriptionKeys.medication(input.medicationId),
    queryFn: ({ signal }) => fetchMedication(input.medicationId, signal),
    enabled: known === undefined,
    staleTime: FRESH_MS,
  })
  return known?.description ?? (data === undefined ? '…' : titleOf(data))
}

function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  const { t } = useTranslation()
  return warnings.map(({ kind, about }) => (
    <span key={kind + about} className={styles.warning}>
      {t(`prescribing.warning.${kind}`, { about })}
    </span>
  ))
}

function Overridden({ warnings, reason }: { warnings: readonly Warning[]; reason: string | null }) {
  const { t } = useTranslation()
  if (warnings.length === 0) return null
  return (
    <div className={styles.overridden}>
      <Warnings warnings={warnings} />
      {reason === null ? null : <span>{t('prescribing.orderedBecause', { reason })}</span>}
    </div>
  )
}

interface ReasonProps {
  name: string
  warnings: readonly Warning[]
  onReason: (reason: string) => void
  onRemove: () => void
}

/** What speaks against a line, and the reason for ordering it all the same. */
function Reason({ name, warnings, onReason, onRemove }: ReasonProps) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (reason.trim() !== '') onReason(reason.trim())
  }
  return (
    <form className={styles.reason} onSubmit={submit} role="alert">
      <Warnings warnings={warnings} />
      <TextInput
        ref={field}
        className={styles.grow}
        label={t('prescribing.reasonFor', { name })}
        maxLength={MAX_REASON}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button type="submit" disabled={reason.trim() === ''}>
        {t('prescribing.orderAnyway')}
      </Button>
      <Button variant="default" onClick={onRemove}>
        {t('prescribing.takeOff')}
      </Button>
    </form>
  )
}
