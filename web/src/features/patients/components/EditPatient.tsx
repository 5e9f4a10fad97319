import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { changePatient, fetchPatient, patientKeys } from '../api.ts'
import { changesOf, FORM_FIELDS, formOf, type PatientForm } from '../form.ts'
import type { Patient } from '../types.ts'
import { FormError } from './FormError.tsx'
import { faultsOf } from './faults.ts'
import { PatientFields } from './PatientFields.tsx'
import styles from './PatientForm.module.css'

/** Changes a record; when someone else was quicker it shows what they changed and sends again only when told to. */
export function EditPatient({ patient, onDone }: { patient: Patient; onDone: () => void }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  // The record that the changes are counted from: as it was when the form was opened, or as shown after a clash.
  const [base, setBase] = useState(patient)
  const form = useRef<HTMLFormElement>(null)
  const [clash, setClash] = useState<{ before: Patient; by: string | null } | null>(null)
  const draft = useDraft<PatientForm>(`patient.${patient.id}`, formOf(patient))
  const save = useMutation({
    mutationFn: () => changePatient(base.id, base.version, changesOf(draft.value, base)),
    onSuccess: (next) => {
      draft.drop()
      queries.setQueryData(patientKeys.one(next.id), next)
      void queries.invalidateQueries({ queryKey: patientKeys.list })
      onDone()
    },
    onError: async (error) => {
      if (!(error instanceof HttpError) || error.code !== 'state/version') return
      const now = await fetchPatient(base.id)
      const by = error.problem.changedBy as { name: string } | null | undefined
      setClash({ before: base, by: by?.name ?? null })
      // What I did not touch follows the other person; what I typed stays.
      const mine = changesOf(draft.value, base)
      const theirs = formOf(now)
      draft.change(Object.fromEntries(FORM_FIELDS.filter((f) => !(f in mine)).map((f) => [f, theirs[f]])))
      setBase(now)
      queries.setQueryData(patientKeys.one(now.id), now)
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (save.isPending) return
    if (Object.keys(changesOf(draft.value, base)).length > 0) save.mutate()
    else onDone()
  }
  return (
    <form ref={form} className={styles.form} onSubmit={submit} noValidate>
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
      {clash ? <Clash {...clash} now={base} /> : null}
      <PatientFields
        form={draft.value}
        faults={faultsOf(save.error, t, (name) => i18n.exists(name))}
        onChange={draft.change}
      />
      {save.error instanceof HttpError && save.error.code === 'state/version' ? null : (
        <FormError error={save.error} form={form} />
      )}
      <div className={styles.actions}>
        <Button type="submit" loading={save.isPending}>
          {t(clash ? 'patients.saveAnyway' : 'patients.save')}
        </Button>
        <Button
          variant="default"
          onClick={() => {
            draft.drop()
            onDone()
          }}
        >
          {t('action.cancel')}
        </Button>
      </div>
    </form>
  )
}

interface ClashProps {
  before: Patient
  now: Patient
  /** Who made the change, where that was a person. */
  by: string | null
}

function Clash({ before, now, by }: ClashProps) {
  const { t } = useTranslation()
  const [old, fresh] = [formOf(before), formOf(now)]
  return (
    <Notice tone="warn" title={by === null ? t('patients.clashTitle') : t('patients.clashBy', { name: by })}>
      {t('patients.clashHint')}
      <ul className={styles.clash}>
        {FORM_FIELDS.filter((field) => old[field] !== fresh[field]).map((field) => (
          <li key={field}>
            {t('patients.clashField', {
              field: t(`patients.${field}`),
              before: old[field] || t('patients.notGiven'),
              now: fresh[field] || t('patients.notGiven'),
            })}
          </li>
        ))}
      </ul>
    </Notice>
  )
}
