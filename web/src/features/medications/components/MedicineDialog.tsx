import { Button, Group, Select, Switch, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { stockKeys } from '../../stock/api.ts'
import { addMedication, changeMedication, medicationKeys } from '../api.ts'
import { bodyOf, changesOf, differing, faultsOf, formOf, type MedicineField } from '../form.ts'
import type { Medication } from '../types.ts'
import styles from './Medicines.module.css'

const POISON_GROUPS = ['A', 'B', 'C', 'D', 'E', 'F']

interface MedicineDialogProps {
  medicine: Medication | null
  onDone: (medicine: Medication) => void
  onClose: () => void
}

/** Adds a medicine or changes one; what others changed meanwhile is shown and kept. */
export function MedicineDialog({ medicine, onDone, onClose }: MedicineDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [base, setBase] = useState(medicine)
  const [clash, setClash] = useState<Medication | null>(null)
  const [asked, setAsked] = useState(false)
  const draft = useDraft(`medicine.${medicine?.id ?? 'new'}`, formOf(medicine))
  const form = draft.value
  const faults = faultsOf(form)
  const save = useMutation({
    mutationFn: () =>
      base === null
        ? addMedication(bodyOf(form))
        : changeMedication(base.id, base.version, changesOf(form, base)),
    onSuccess: (next) => {
      draft.drop()
      onDone(next)
    },
    onError: (error) => {
      if (base === null || !(error instanceof HttpError) || error.code !== 'state/version') return
      const now = error.problem.current as Medication
      // what was not touched here follows the other person; what was typed stays
      const mine = Object.keys(changesOf(form, base))
      const theirs = formOf(now)
      const taken = differing(base, now).filter((field) => !mine.includes(field))
      draft.change(Object.fromEntries(taken.map((field) => [field, theirs[field]])))
      setClash(base)
      setBase(now)
    },
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: medicationKeys.all })
      void queries.invalidateQueries({ queryKey: stockKeys.all })
    },
  })
  const refused = save.error instanceof HttpError ? save.error : null
  const faultOf = (field: MedicineField): string | null => {
    if (asked && faults.includes(field)) return t(`medicines.fault.${field}`)
    if (field === 'sku' && refused?.code === 'state/duplicate') return t('medicines.fault.taken')
    return refused?.errors.some(({ path }) => path === field) ? t('medicines.fault.refused') : null
  }
  const field = (name: Exclude<MedicineField, 'psychotropic' | 'active' | 'poisonGroup'>) => ({
    name,
    label: t(`medicines.${name}`),
    autoComplete: 'off',
    value: form[name],
    error: faultOf(name),
    onChange: (event: { currentTarget: { value: string } }) =>
      draft.change({ [name]: event.currentTarget.value }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (faults.length === 0 && !save.isPending) save.mutate()
  }
  const isKnown = refused?.code === 'state/version' || refused?.code === 'state/duplicate'
  return (
    <Dialog
      size="lg"
      onClose={onClose}
      title={medicine === null ? t('medicines.add') : t('medicines.changeOf', { name: medicine.genericName })}
    >
      <form onSubmit={submit} className={styles.form} noValidate>
        {draft.restored && save.isIdle ? (
          <Notice
            action={
              <Button size="xs" variant="default" onClick={draft.drop}>
                {t('patients.startAnew')}
              </Button>
            }
          >
            {t('patients.draftRestored')}
          </Notice>
        ) : null}
        {clash === null || base === null ? null : <Clash before={clash} now={base} />}
        {isKnown ? null : <ErrorNotice error={save.error} />}
        <TextInput {...field('genericName')} data-autofocus required maxLength={200} />
        <TextInput {...field('brandName')} maxLength={200} />
        <div className={styles.pair}>
          <TextInput {...field('sku')} required maxLength={40} />
          <TextInput {...field('strength')} maxLength={80} />
          <TextInput {...field('form')} maxLength={40} />
          <TextInput {...field('unit')} required maxLength={40} />
          <TextInput {...field('sellingPrice')} required inputMode="decimal" />
          <TextInput {...field('costPrice')} inputMode="decimal" />
          <TextInput {...field('reorderLevel')} inputMode="numeric" />
          <TextInput {...field('category')} maxLength={80} />
          <TextInput {...field('atcCode')} maxLength={7} />
          <Select
            label={t('medicines.poisonGroup')}
            data={POISON_GROUPS}
            clearable
            clearButtonProps={{ 'aria-label': t('medicines.noPoisonGroup') }}
            value={form.poisonGroup === '' ? null : form.poisonGroup}
            onChange={(value) => draft.change({ poisonGroup: value ?? '' })}
          />
        </div>
        <Switch
          label={t('medicines.psychotropic')}
          checked={form.psychotropic}
          onChange={(event) => draft.change({ psychotropic: event.currentTarget.checked })}
        />
        <Switch
          label={t('medicines.active')}
          description={t('medicines.activeHint')}
          checked={form.active}
          onChange={(event) => draft.change({ active: event.currentTarget.checked })}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t(clash === null ? 'medicines.save' : 'patients.saveAnyway')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}

/** What somebody else changed while this was typed. */
function Clash({ before, now }: { before: Medication; now: Medication }) {
  const { t } = useTranslation()
  const [old, fresh] = [formOf(before), formOf(now)]
  const word = (value: string | boolean): string =>
    typeof value === 'boolean' ? t(value ? 'medicines.yes' : 'medicines.no') : value || t('patients.notGiven')
  return (
    <Notice tone="warn" title={t('patients.clashTitle')}>
      {t('patients.clashHint')}
      <ul>
        {differing(before, now).map((field) => (
          <li key={field}>
            {t('patients.clashField', {
              field: t(`medicines.${field}`),
              before: word(old[field]),
              now: word(fresh[field]),
            })}
          </li>
        ))}
      </ul>
    </Notice>
  )
}
