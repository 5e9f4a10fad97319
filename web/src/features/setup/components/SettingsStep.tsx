import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { changeSetting, type Setting, settingKeys } from '../../settings/api.ts'
import { SettingField } from '../../settings/components/SettingField.tsx'
import { titleOf } from '../../settings/titles.ts'
import styles from './SetUp.module.css'

interface SettingsStepProps {
  step: string
  settings: readonly Setting[]
  names: readonly string[]
  onDone: () => Promise<void>
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Some settings as one form: what was changed is saved, one after another, then the next step comes. */
export function SettingsStep({ step, settings, names, onDone }: SettingsStepProps) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const draft = useDraft<Record<string, unknown>>(`setup.${step}`, {})
  const [refused, setRefused] = useState<string | null>(null)
  const shown = names.flatMap((name) => settings.find((one) => one.name === name) ?? [])
  const save = useMutation({
    mutationFn: async () => {
      for (const setting of shown) {
        const value = draft.value[setting.name]
        if (value === undefined || same(value, setting.value)) continue
        setRefused(setting.name)
        const next = await changeSetting(setting.name, value, setting.version)
        queries.setQueryData<Setting[]>(settingKeys.all, (known) =>
          known?.map((one) => (one.name === next.name ? next : one)),
        )
      }
      setRefused(null)
      await onDone()
    },
    onSuccess: () => draft.drop(),
    onError: (error) => {
      if (error instanceof HttpError && error.status === 409)
        void queries.invalidateQueries({ queryKey: settingKeys.all })
    },
  })
  const fault = save.error instanceof HttpError ? (save.error.errors[0]?.message ?? null) : null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!save.isPending) save.mutate()
  }
  return (
    <form onSubmit={submit} noValidate>
      {fault === null ? <ErrorNotice error={save.error} /> : null}
      <div className={styles.fields}>
        {shown.map((setting) => (
          <SettingField
            key={setting.name}
            setting={setting}
            title={titleOf(setting, t, i18n)}
            value={draft.value[setting.name] ?? setting.value}
            error={setting.name === refused ? fault : null}
            disabled={false}
            onChange={(value) => draft.change({ [setting.name]: value })}
          />
        ))}
      </div>
      <div className={styles.foot}>
        <Button type="submit" loading={save.isPending}>
          {t('setup.saveNext')}
        </Button>
      </div>
    </form>
  )
}
