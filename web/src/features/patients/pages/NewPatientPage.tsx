import { Button, Checkbox } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { newIdempotencyKey } from '../../../lib/http.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { registerAndQueue } from '../../queue/api.ts'
import { SlipDialog } from '../../queue/components/SlipDialog.tsx'
import { EMPTY_TICKET, TicketFields, ticketOf } from '../../queue/components/TicketFields.tsx'
import { patchTicket } from '../../queue/live.ts'
import type { NewTicket } from '../../queue/types.ts'
import { createPatient, patientKeys } from '../api.ts'
import { Duplicates } from '../components/Duplicates.tsx'
import { FormError } from '../components/FormError.tsx'
import { faultsOf } from '../components/faults.ts'
import desk from '../components/NewPatient.module.css'
import { PatientFields } from '../components/PatientFields.tsx'
import styles from '../components/PatientForm.module.css'
import { EMPTY_FORM, inputOf, type PatientForm } from '../form.ts'

/** Registers a person and puts them into the queue in one go; what was typed survives a reload and an ended session. */
export function NewPatientPage() {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const draft = useDraft<PatientForm>('patient.new', EMPTY_FORM)
  const form = useRef<HTMLFormElement>(null)
  const key = useRef({ payload: '', value: '' })
  const mayQueue = useUser().permissions.includes('queue.write')
  const [queueing, setQueueing] = useState(mayQueue)
  const [ticket, setTicket] = useState(EMPTY_TICKET)
  const [slip, setSlip] = useState<NewTicket | null>(null)
  const create = useMutation({
    mutationFn: async (): Promise<{ id: string; ticket: NewTicket | null }> => {
      const person = inputOf(draft.value)
      // The same person sent twice by a second press or after a lost answer is registered once.
      const payload = JSON.stringify([person, queueing && ticketOf(ticket)])
      if (key.current.payload !== payload) key.current = { payload, value: newIdempotencyKey() }
      if (!queueing) return { id: (await createPatient(person, key.current.value)).id, ticket: null }
      const made = await registerAndQueue(person, ticketOf(ticket), key.current.value)
      return { id: made.patient.id, ticket: made.ticket }
    },
    onSuccess: (made) => {
      draft.drop()
      setTicket(EMPTY_TICKET)
      void queries.invalidateQueries({ queryKey: patientKeys.list })
      if (made.ticket === null) return navigate(`/patients/${made.id}`)
      patchTicket(queries, made.ticket)
      setSlip(made.ticket)
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!create.isPending) create.mutate()
  }
  return (
    <Page title={t('patients.register')}>
      <form ref={form} className={desk.desk} onSubmit={submit} noValidate>
        <div className={styles.form}>
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
              {t(queueing ? 'queue.registerAndQueue' : 'patients.register')}
            </Button>
            <Button variant="default" onClick={() => void navigate('/patients')}>
              {t('action.cancel')}
            </Button>
          </div>
        </div>
        <div className={desk.side}>
          {mayQueue ? (
            <div className={desk.queue}>
              <Checkbox
                label={t('queue.addNow')}
                checked={queueing}
                onChange={(event) => setQueueing(event.currentTarget.checked)}
              />
              {queueing ? (
                <TicketFields form={ticket} onChange={(change) => setTicket({ ...ticket, ...change })} />
              ) : null}
            </div>
          ) : null}
          <Duplicates form={draft.value} />
          <p className={desk.instead}>
            <Link to="/patients/family">{t('families.instead')}</Link>
          </p>
        </div>
      </form>
      {slip === null ? null : (
        <SlipDialog ticket={slip} token={slip.slipToken} onClose={() => void navigate('/queue')} />
      )}
    </Page>
  )
}
