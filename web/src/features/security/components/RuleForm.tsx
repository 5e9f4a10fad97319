import { Button, Group, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { addRule, ruleKeys } from '../api.ts'

const HOUR_MS = 3_600_000
/** For how long, in hours; 0 is until it is taken back. */
const LASTS_H = [1, 24, 168, 0] as const
const EMPTY = { kind: 'block' as 'block' | 'allow', network: '', reason: '', hours: '24' }

/** Shuts an address out, or makes sure that it never is. */
export function RuleForm() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [form, setForm] = useState(EMPTY)
  const add = useMutation({
    mutationFn: () => {
      const { hours, ...rule } = form
      const lasts = Number(hours) * HOUR_MS
      return addRule(lasts === 0 ? rule : { ...rule, expiresAt: new Date(Date.now() + lasts).toISOString() })
    },
    onSuccess: () => setForm(EMPTY),
    onSettled: () => queries.invalidateQueries({ queryKey: ruleKeys.all }),
  })
  const faultOf = (field: string): string | null =>
    add.error instanceof HttpError
      ? (add.error.errors.find(({ path }) => path === field)?.message ?? null)
      : null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!add.isPending) add.mutate()
  }
  return (
    <form onSubmit={submit}>
      <ErrorNotice error={add.error} />
      <Group align="end" mb={16}>
        <SegmentedControl
          aria-label={t('blocks.kind')}
          data={(['block', 'allow'] as const).map((value) => ({ value, label: t(`blocks.${value}`) }))}
          value={form.kind}
          onChange={(kind) => setForm({ ...form, kind: kind as 'block' | 'allow' })}
        />
        <TextInput
          label={t('blocks.network')}
          placeholder="203.0.113.7"
          value={form.network}
          error={faultOf('network')}
          onChange={(event) => setForm({ ...form, network: event.currentTarget.value.trim() })}
        />
        <TextInput
          label={t('blocks.reason')}
          value={form.reason}
          maxLength={200}
          error={faultOf('reason')}
          onChange={(event) => setForm({ ...form, reason: event.currentTarget.value })}
        />
        <Select
          label={t('blocks.lasts')}
          allowDeselect={false}
          w={150}
          data={LASTS_H.map((hours) => ({ value: String(hours), label: t(`blocks.hours.${hours}`) }))}
          value={form.hours}
          onChange={(hours) => setForm({ ...form, hours: hours ?? '24' })}
        />
        <Button
          type="submit"
          loading={add.isPending}
          disabled={form.network === '' || form.reason.trim() === ''}
        >
          {t('blocks.add')}
        </Button>
      </Group>
    </form>
  )
}
