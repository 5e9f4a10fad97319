import { Button, Group, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { PANEL_KINDS } from '../../../../../shared/panels/rules.ts'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { panelKeys, savePanel } from '../api.ts'
import { bodyOf, faultsOf, formOf, type PanelForm } from '../form.ts'
import type { Panel, PanelKind } from '../types.ts'
import styles from './Panels.module.css'

/** Adds a panel or changes one: who it is, and what it pays of a bill. */
export function PanelDialog({ panel, onClose }: { panel: Panel | null; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [form, setForm] = useState(() => formOf(panel))
  const [asked, setAsked] = useState(false)
  const faults = faultsOf(form)
  const save = useMutation({
    mutationFn: () => savePanel(panel, bodyOf(form)),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: panelKeys.all }),
  })
  const change = (part: Partial<PanelForm>): void => setForm({ ...form, ...part })
  const faultOf = (field: keyof PanelForm): string | null => {
    if (asked && faults.includes(field)) return t(`panels.fault.${field}`)
    const refused = save.error instanceof HttpError ? save.error.errors : []
    return refused.some(({ path }) => path === field) ? t('panels.fault.refused') : null
  }
  const field = (name: Exclude<keyof PanelForm, 'kind' | 'active'>) => ({
    name,
    label: t(`panels.${name}`),
    autoComplete: 'off',
    value: form[name],
    error: faultOf(name),
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(true)
    if (faults.length === 0 && !save.isPending) save.mutate()
  }
  return (
    <Dialog size="lg" onClose={onClose} title={panel?.name ?? t('panels.add')}>
      <form onSubmit={submit} className={styles.form} noValidate>
        <ErrorNotice error={save.error} />
        <TextInput {...field('name')} data-autofocus required maxLength={200} />
        <div className={styles.pair}>
          <TextInput {...field('code')} required maxLength={20} description={t('panels.codeHint')} />
          <Select
            label={t('panels.kind')}
            description=" "
            allowDeselect={false}
            data={PANEL_KINDS.map((kind) => ({ value: kind, label: t(`panels.kinds.${kind}`) }))}
            value={form.kind}
            onChange={(value) => change({ kind: value as PanelKind })}
          />
          <TextInput {...field('percent')} inputMode="decimal" />
          <TextInput {...field('copay')} inputMode="decimal" />
          <TextInput {...field('visitCap')} inputMode="decimal" placeholder={t('panels.noLimit')} />
          <TextInput {...field('yearLimit')} inputMode="decimal" placeholder={t('panels.noLimit')} />
        </div>
        <TextInput {...field('contact')} maxLength={200} />
        <Textarea {...field('address')} autosize minRows={2} maxLength={500} />
        <Switch
          label={t('panels.active')}
          checked={form.active}
          onChange={(event) => change({ active: event.currentTarget.checked })}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('panels.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
