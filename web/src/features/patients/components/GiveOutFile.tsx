import { Button, Group, Menu, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { mayExport } from '../../../../../shared/rights/results.ts'
import { useUser } from '../../../app/session.tsx'
import { Dialog } from '../../../ui/Dialog.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { useKeyFor } from '../../consultations/papers/once.ts'
import { operationKeys } from '../../operations/api.ts'
import { giveOutFile } from '../file-api.ts'
import type { Patient } from '../types.ts'

const MAX_REASON = 200

/** What else can be done with a record, for those who may: its whole file as a package for the patient. */
export function MoreOfPatient({ patient }: { patient: Patient }) {
  const { t } = useTranslation()
  const permissions = new Set(useUser().permissions)
  const [asked, setAsked] = useState(false)
  if (!mayExport({ permissions }, 'patient-file')) return null
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default">{t('patientFile.moreActions')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="download" />} onClick={() => setAsked(true)}>
            {t('patientFile.giveOut.title')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked ? <GiveOutDialog patient={patient} onClose={() => setAsked(false)} /> : null}
    </>
  )
}

/** Asks why, has the package made, and goes where it can be fetched. */
function GiveOutDialog({ patient, onClose }: { patient: Patient; onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const keyFor = useKeyFor()
  const [typed, setTyped] = useState('')
  const reason = typed.trim()
  const start = useMutation({
    mutationFn: (why: string) => giveOutFile(patient.id, why, keyFor(why)),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: operationKeys.lists })
      void navigate(`/imports/${id}`)
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!start.isPending && reason !== '') start.mutate(reason)
  }
  return (
    <Dialog onClose={onClose} title={t('patientFile.giveOut.title')}>
      <form onSubmit={submit} noValidate>
        <p>{t('patientFile.giveOut.hint', { name: patient.name, number: patient.clinicNumber })}</p>
        <ErrorNotice error={start.error} />
        <TextInput
          label={t('patientFile.giveOut.why')}
          description={t('patientFile.giveOut.whyHint')}
          data-autofocus
          required
          maxLength={MAX_REASON}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={start.isPending} disabled={reason === ''}>
            {t('patientFile.giveOut.make')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
