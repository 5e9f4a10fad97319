import { Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { Key } from '../../../ui/Key.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import type { LinePlan } from '../../stock/plan.ts'
import type { Stock } from '../../stock/types.ts'
import { labelAddress } from '../api.ts'
import { isOpen } from '../groups.ts'
import type { DispensingItem } from '../types.ts'
import type { StepFault } from '../use-steps.ts'
import styles from './Dispensary.module.css'
import { ShelfFacts } from './ShelfFacts.tsx'

interface LineCardProps {
  line: DispensingItem
  plan: LinePlan | undefined
  stock: Stock | undefined
  fault: StepFault | undefined
  chosen: boolean
  busy: boolean
  mayWrite: boolean
  onChoose: () => void
  onPrepare: () => void
  onHandOver: () => void
  onReturn: () => void
}

/** One medicine of a visit: what, how much, how it is taken, from which batch, and what can be done with it. */
export function LineCard(props: LineCardProps) {
  const { line, plan, stock, fault, chosen } = props
  const { t } = useTranslation()
  const own = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (chosen) own.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the arrows choose a line as well
    <li
      ref={own}
      className={styles.line}
      data-line={line.id}
      data-line-status={line.status}
      data-chosen={chosen || undefined}
      aria-current={chosen}
      onClick={props.onChoose}
    >
      <div style={{ minWidth: 0 }}>
        <div className={styles.what}>{line.description}</div>
        <p className={styles.sig} lang="ms">
          {line.instructions.ms}
        </p>
        <p className={`${styles.sig} ${styles.dim}`} lang="en">
          {line.instructions.en}
        </p>
        {line.note === null ? null : <p className={styles.sig}>{line.note}</p>}
      </div>
      <div className={styles.amount}>
        {line.quantity} <span className={styles.dim}>{line.unit}</span>
      </div>
      <div className={styles.facts}>
        {line.psychotropic ? <span data-tone="warn">{t('dispensing.psychotropic')}</span> : null}
        {line.warnings.map(({ kind, about }) => (
          <span key={`${kind}${about}`} data-tone="bad">
            {t(`dispensing.warning.${kind}`, { about })}
          </span>
        ))}
        {line.overrideReason === null ? null : (
          <span data-tone="warn">{t('dispensing.override', { reason: line.overrideReason })}</span>
        )}
        {isOpen(line) ? <ShelfFacts line={line} plan={plan} stock={stock} /> : null}
        {line.returnReason === null ? null : (
          <span data-tone="plain">{t('dispensing.returnedBecause', { reason: line.returnReason })}</span>
        )}
      </div>
      {fault === undefined ? null : (
        <div className={styles.fault}>
          <Fault fault={fault} />
        </div>
      )}
      <Acts {...props} />
    </li>
  )
}

function Acts({ line, plan, chosen, busy, mayWrite, onPrepare, onHandOver, onReturn }: LineCardProps) {
  const { t } = useTranslation()
  const { orderedAt, preparedAt, handedOverAt, returnedAt } = line.times
  const at = { ordered: orderedAt, prepared: preparedAt, handed_over: handedOverAt, returned: returnedAt }
  const since = line.status === 'cancelled' ? null : at[line.status]
  const returnable = line.status === 'prepared' || line.status === 'handed_over'
  const name = { name: line.description }
  return (
    <div className={styles.acts}>
      <span className={styles.status} data-status={line.status}>
        {t(`dispensing.status.${line.status}`)} · {formatMoment(since)}
      </span>
      <Button
        size="compact-sm"
        variant="subtle"
        component="a"
        href={labelAddress(line.id)}
        target="_blank"
        rel="noreferrer"
        aria-label={t('dispensing.labelOf', name)}
      >
        {t('dispensing.label')}
      </Button>
      {chosen ? <Key of="l" /> : null}
      {mayWrite && returnable ? (
        <Button
          size="compact-sm"
          variant="subtle"
          disabled={busy}
          aria-label={t(line.status === 'prepared' ? 'dispensing.putBackOf' : 'dispensing.returnOf', name)}
          onClick={onReturn}
        >
          {t(line.status === 'prepared' ? 'dispensing.putBack' : 'dispensing.return')}
        </Button>
      ) : null}
      {mayWrite && line.status === 'ordered' ? (
        <Button
          size="compact-sm"
          variant="default"
          loading={busy}
          aria-label={t('dispensing.prepareOf', name)}
          onClick={onPrepare}
        >
          {t('dispensing.prepare')}
        </Button>
      ) : null}
      {chosen && mayWrite && line.status === 'ordered' ? <Key of="p" /> : null}
      {mayWrite && line.status === 'prepared' ? (
        <Button
          size="compact-sm"
          loading={busy}
          disabled={plan !== undefined && !plan.enough}
          aria-label={t('dispensing.handOverOf', name)}
          onClick={onHandOver}
        >
          {t('dispensing.handOver')}
        </Button>
      ) : null}
    </div>
  )
}

/** What was in the way: somebody was quicker, the shelf is empty, or the server could not. */
function Fault({ fault }: { fault: StepFault }) {
  const { t } = useTranslation()
  const { current, available, error } = fault
  if (current !== null)
    return (
      <Notice tone="warn">
        {t('dispensing.quicker', { status: t(`dispensing.status.${current.status}`) })}
      </Notice>
    )
  if (available !== null) return <Notice tone="bad">{t('dispensing.shortNow', { available })}</Notice>
  return <ErrorNotice error={error} />
}
