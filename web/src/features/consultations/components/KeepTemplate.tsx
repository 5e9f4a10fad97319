import { ActionIcon, Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { addTemplate, consultationKeys, deleteTemplate } from '../api.ts'
import type { Form } from '../content.ts'
import { NOTE_PARTS, type Template } from '../types.ts'
import styles from './Consultation.module.css'

const MAX_NAME = 80

interface KeepTemplateProps {
  form: Form
  templates: readonly Template[]
  onClose: () => void
}

/** Keeps the notes as they are under a name, and deletes what is not wanted any more. */
export function KeepTemplate({ form, templates, onClose }: KeepTemplateProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const isWritten = NOTE_PARTS.some((part) => form[part].trim() !== '')
  const refresh = (): void => void queries.invalidateQueries({ queryKey: consultationKeys.templates })
  const add = useMutation({
    mutationFn: () => {
      const { subjective, objective, assessment, plan } = form
      return addTemplate({ name: name.trim(), subjective, objective, assessment, plan })
    },
    onSuccess: () => {
      refresh()
      onClose()
    },
  })
  const remove = useMutation({ mutationFn: deleteTemplate, onSettled: refresh })
  const isTaken = add.error instanceof HttpError && add.error.code === 'state/duplicate'
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!add.isPending && isWritten && name.trim() !== '') add.mutate()
  }
  return (
    <Dialog onClose={onClose} title={t('consultations.templates')}>
      <form onSubmit={submit}>
        <ErrorNotice error={isTaken ? null : (add.error ?? remove.error)} />
        <TextInput
          data-autofocus
          label={t('consultations.templateName')}
          description={t(isWritten ? 'consultations.templateNameHint' : 'consultations.templateEmpty')}
          maxLength={MAX_NAME}
          value={name}
          error={isTaken ? t('consultations.templateTaken') : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt={12}>
          <Button type="submit" loading={add.isPending} disabled={!isWritten || name.trim() === ''}>
            {t('consultations.saveTemplate')}
          </Button>
        </Group>
      </form>
      <ul className={styles.kept}>
        {templates
          .filter(({ mayChange }) => mayChange)
          .map(({ id, name: known }) => (
            <li key={id} className={styles.diagnosis}>
              <span className={styles.grow}>{known}</span>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('consultations.deleteTemplate', { name: known })}
                onClick={() => remove.mutate(id)}
              >
                <Icon name="remove" size={14} />
              </ActionIcon>
            </li>
          ))}
      </ul>
    </Dialog>
  )
}
