import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { consultationKeys, fetchTemplates } from '../api.ts'
import type { Form } from '../content.ts'
import { jumpTo } from '../jumps.ts'
import { NOTE_PARTS, type Template } from '../types.ts'
import styles from './Consultation.module.css'
import { KeepTemplate } from './KeepTemplate.tsx'
import { Picker } from './Picker.tsx'

const FRESH_MS = 5 * 60_000

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
      <Button variant="subtle" onClick={() => setNaming(true)}>
        {t('consultations.templates')}
      </Button>
      {naming ? <KeepTemplate form={form} templates={data} onClose={() => setNaming(false)} /> : null}
    </div>
  )
}
