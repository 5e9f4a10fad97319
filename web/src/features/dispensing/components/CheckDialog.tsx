import { Button, Checkbox, Group } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import type { LinePlan } from '../../stock/plan.ts'
import type { DispensingItem } from '../types.ts'
import styles from './Dispensary.module.css'

interface CheckDialogProps {
  lines: readonly DispensingItem[]
  plans: ReadonlyMap<string, LinePlan>
  allergies: string | null
  onHandOver: (lines: readonly DispensingItem[]) => void
  onClose: () => void
}

/** The last look before medicines leave the counter: whose they are, which, how many, how taken. Enter hands over. */
export function CheckDialog({ lines, plans, allergies, onHandOver, onClose }: CheckDialogProps) {
  const { t } = useTranslation()
  const isThere = ({ id }: DispensingItem): boolean => plans.get(id)?.enough ?? true
  const [left, setLeft] = useState<ReadonlySet<string>>(
    () => new Set(lines.filter((line) => !isThere(line)).map(({ id }) => id)),
  )
  const going = lines.filter(({ id }) => !left.has(id))
  const patient = lines[0]?.patient
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (going.length > 0) onHandOver(going)
  }
  const toggle = (id: string, on: boolean): void => {
    const next = new Set(left)
    if (on) next.delete(id)
    else next.add(id)
    setLeft(next)
  }
  return (
    <Dialog onClose={onClose} title={t('dispensing.check')}>
      <form onSubmit={submit} className={styles.check}>
        <div className={styles.head}>
          <strong>{patient?.name}</strong>
          <span className={styles.dim}>{patient?.clinicNumber}</span>
        </div>
        {allergies === null ? null : (
          <div className={styles.allergy}>
            <strong>{t('patients.allergies')}</strong>
            <span>{allergies}</span>
          </div>
        )}
        <ul>
          {lines.map((line) => (
            <li key={line.id}>
              <Checkbox
                label={`${line.description} · ${line.quantity} ${line.unit}`}
                description={`${line.instructions.ms} · ${line.instructions.en}`}
                checked={!left.has(line.id)}
                disabled={!isThere(line)}
                onChange={(event) => toggle(line.id, event.currentTarget.checked)}
              />
            </li>
          ))}
        </ul>
        {lines.every(isThere) ? null : <Notice tone="bad">{t('dispensing.checkShort')}</Notice>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" data-autofocus disabled={going.length === 0}>
            {t('dispensing.handOverCount', { count: going.length })}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
