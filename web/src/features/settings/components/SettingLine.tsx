import { Button, Group } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { changeSetting, type Setting, settingKeys } from '../api.ts'
import { titleOf } from '../titles.ts'
import { SettingField } from './SettingField.tsx'

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** One setting with its own way to save: a slip in one never holds up another. */
export function SettingLine({ setting, mayWrite }: { setting: Setting; mayWrite: boolean }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [draft, setDraft] = useState<{ value: unknown } | null>(null)
  const value = draft === null ? setting.value : draft.value
  const save = useMutation({
    mutationFn: () => changeSetting(setting.name, value, setting.version),
    onSuccess: (next) => {
      queries.setQueryData<Setting[]>(settingKeys.all, (known) =>
        known?.map((one) => (one.name === next.name ? next : one)),
      )
      setDraft(null)
    },
    onError: (error) => {
      if (error instanceof HttpError && error.status === 409)
        void queries.invalidateQueries({ queryKey: settingKeys.all })
    },
  })
  const fault = save.error instanceof HttpError ? (save.error.errors[0]?.message ?? null) : null
  const changed = !same(value, setting.value)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (changed && !save.isPending) save.mutate()
  }
  return (
    <form onSubmit={submit} style={{ display: 'grid', gap: 8 }} data-setting={setting.name}>
      <SettingField
        setting={setting}
        title={titleOf(setting, t, i18n)}
        value={value}
        error={fault}
        disabled={!mayWrite}
        onChange={(next) => setDraft({ value: next })}
      />
      {save.error !== null && fault === null ? <ErrorNotice error={save.error} /> : null}
      {changed ? (
        <Group gap={8}>
          <Button type="submit" size="xs" loading={save.isPending}>
            {t('settings.save')}
          </Button>
          <Button size="xs" variant="default" onClick={() => setDraft(null)}>
            {t('settings.leave')}
          </Button>
        </Group>
      ) : null}
    </form>
  )
}
