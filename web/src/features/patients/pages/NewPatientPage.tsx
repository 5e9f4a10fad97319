import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { newIdempotencyKey } from '../../../lib/http.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { createPatient, patientKeys } from '../api.ts'
import { FormError } from '../components/FormError.tsx'
import { faultsOf } from '../components/faults.ts'
import { PatientFields } from '../components/PatientFields.tsx'
import styles from '../components/PatientForm.module.css'
import { EMPTY_FORM, inputOf, type PatientForm } from '../form.ts'

/** Registers a person; what was typed survives a reload and an ended session. */
export function NewPatientPage() {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const draft = useDraft<PatientForm>('patient.new', EMPTY_FORM)
  const form = useRef<HTMLFormElement>(null)
  const key = useRef({ payload: '', value: '' })
  const create = useMutation({
    mutationFn: () => {
      // The same person sent twice by a second press or after a lost answer is registered once.
      const payload = JSON.stringify(inputOf(draft.value))
      if (key.current.payload !== payload) key.current = { payload, value: newIdempotencyKey() }
      return createPatient(inputOf(draft.value), key.current.value)
    },
    onSuccess: (patient) => {
      draft.drop()
      queries.setQueryData(patientKeys.one(patient.id), patient)
      void queries.invalidateQueries({ queryKey: patientKeys.list })
      void navigate(`/patients/${patient.id}`)
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!create.isPending) create.mutate()
  }
  return (
    <Page title={t('patients.register')}>
      <form ref={form} className={styles.form} onSubmit={submit} noValidate>
        {draft.restored && create.isIdle ? (
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
        <PatientFields
          form={draft.value}
          faults={faultsOf(create.error, t, (name) => i18n.exists(name))}
          onChange={draft.change}
        />
        <FormError error={create.error} form={form} />
        <div className={styles.actions}>
          <Button type="submit" loading={create.isPending}>
            {t('patients.register')}
          </Button>
          <Button variant="default" onClick={() => void navigate('/patients')}>
            {t('action.cancel')}
          </Button>
        </div>
      </form>
    </Page>
  )
}
