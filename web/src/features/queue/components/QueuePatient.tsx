import { Button, Group } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { newIdempotencyKey } from '../../../lib/http.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { queuePatient } from '../api.ts'
import { patchTicket } from '../live.ts'
import { SlipDialog } from './SlipDialog.tsx'
import { EMPTY_TICKET, TicketFields, ticketOf } from './TicketFields.tsx'

/** The button that puts a person who is in the file into the queue, and then shows the slip. */
export function QueuePatient({ patientId }: { patientId: string }) {
  const { t } = useTranslation()
  const may = useUser().permissions.includes('queue.write')
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const [form, setForm] = useState(EMPTY_TICKET)
  const key = useRef(newIdempotencyKey())
  const add = useMutation({
    mutationFn: () => queuePatient(patientId, ticketOf(form), key.current),
    onSuccess: (ticket) => {
      patchTicket(queries, ticket)
      setAsking(false)
      setForm(EMPTY_TICKET)
      key.current = newIdempotencyKey()
    },
    // A refused key stays with its payload; what is changed now is another request.
    onError: () => {
      key.current = newIdempotencyKey()
    },
  })
  if (!may) return null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!add.isPending) add.mutate()
  }
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t('queue.add')}</Button>
      {asking ? (
        <Dialog onClose={() => setAsking(false)} title={t('queue.add')}>
          <form onSubmit={submit}>
            <ErrorNotice error={add.error} />
            <TicketFields form={form} onChange={(change) => setForm({ ...form, ...change })} autoFocus />
            <Group justify="flex-end" mt={16}>
              <Button type="submit" loading={add.isPending}>
                {t('queue.add')}
              </Button>
            </Group>
          </form>
        </Dialog>
      ) : null}
      {add.data === undefined ? null : (
        <SlipDialog ticket={add.data} token={add.data.slipToken} onClose={add.reset} />
      )}
    </>
  )
}
