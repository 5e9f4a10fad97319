import { Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { useKeyFor } from '../../consultations/papers/once.ts'
import type { Patient } from '../../patients/types.ts'
import { createFamily, familyKeys } from '../api.ts'
import type { Relation } from '../types.ts'
import styles from './Families.module.css'
import { RelationSelect } from './RelationSelect.tsx'

/** Begins a family with the person whose page is open. */
export function NewFamily({ patient, onClose }: { patient: Patient; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const keyFor = useKeyFor()
  const [name, setName] = useState(() => t('families.nameOf', { name: patient.name }))
  const [relation, setRelation] = useState<Relation>('head')
  const create = useMutation({
    mutationFn: () => {
      const wanted = { name: name.trim(), patientId: patient.id, relation }
      return createFamily(wanted.name, wanted.patientId, relation, keyFor(wanted))
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: familyKeys.all })
      onClose()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '' && !create.isPending) create.mutate()
  }
  return (
    <Dialog onClose={onClose} title={t('families.new')}>
      <form className={styles.form} onSubmit={submit}>
        <ErrorNotice error={create.error} />
        <TextInput
          data-autofocus
          label={t('families.name')}
          maxLength={120}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <RelationSelect
          label={t('families.relationOf', { name: patient.name })}
          value={relation}
          onChange={setRelation}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
            {t('families.new')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
