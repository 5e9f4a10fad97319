import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { addTemplate, consultationKeys, fetchTemplates } from '../api.ts'
import type { Form } from '../content.ts'
import { jumpTo } from '../jumps.ts'
import { NOTE_PARTS, type Template } from '../types.ts'
import styles from './Consultation.module.css'
import { Picker } from './Picker.tsx'

const FRESH_MS = 5 * 60_000
const MAX_NAME = 80

/** A template's texts put into the note, below what is written already. */
export function filledWith(form: Form, template: Template): Partial<Form> {
  const parts = NOTE_PARTS.filter((part) => template[part] !== '')
  return Object.fromEntries(
    parts.map((part) => [
      part,
      form[part].trim() === '' ? template[part] : `${form[part]}\n${template[part]}`,
    ]),
  )
}

interface TemplatePickerProps {
  form: Form
  onChange: (change: Partial<Form>) => void
}

/** Prepared notes by name; what is written can be kept as a new one. */
export function TemplatePicker({ form, onChange }: TemplatePickerProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [naming, setNaming] = useState(false)
  const { data = [], isSuccess } = useQuery({
    queryKey: consultationKeys.templates,
    queryFn: ({ signal }) => fetchTemplates(signal),
    staleTime: FRESH_MS,
  })
  const words = text.trim().toLowerCase()
  const found = data.filter(({ name }) => name.toLowerCase().includes(words))
  const isWritten = NOTE_PARTS.some((part) => form[part].trim() !== '')
  return (
    <div className={styles.template}>
      <Picker
        jump="template"
        label={t('consultations.template')}
        placeholder={t('consultations.templateHint')}
        text={text}
        onText={setText}
        items={found}
        keyOf={({ id }) => id}
        draw={({ name, shared }) => (
          <>
            <span>{name}</span>
            {shared ? <span className={styles.dim}>{t('consultations.templateShared')}</span> : null}
          </>
        )}
        onChoose={(template) => {
          onChange(filledWith(form, template))
          setText('')
          jumpTo('notes')
        }}
        note={isSuccess && found.length === 0 ? t('consultations.noTemplate') : null}
      />
      <Button variant="subtle" disabled={!isWritten} onClick={() => setNaming(true)}>
        {t('consultations.saveTemplate')}
      </Button>
      {naming ? <NameTemplate form={form} onClose={() => setNaming(false)} /> : null}
    </div>
  )
}

function NameTemplate({ form, onClose }: { form: Form; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const add = useMutation({
    mutationFn: () => {
      const { subjective, objective, assessment, plan } = form
      return addTemplate({ name: name.trim(), subjective, objective, assessment, plan })
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: consultationKeys.templates })
      onClose()
    },
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!add.isPending && name.trim() !== '') add.mutate()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('consultations.saveTemplate')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={submit}>
        <ErrorNotice error={add.error} />
        <TextInput
          data-autofocus
          label={t('consultations.templateName')}
          description={t('consultations.templateNameHint')}
          maxLength={MAX_NAME}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt={16}>
          <Button type="submit" loading={add.isPending} disabled={name.trim() === ''}>
            {t('consultations.saveTemplate')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
