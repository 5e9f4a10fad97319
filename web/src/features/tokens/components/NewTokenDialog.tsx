import { Button, Group, NumberInput, Select, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { useDraft } from '../../../lib/use-draft.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { RightsPicker } from '../../users/components/RightsPicker.tsx'
import type { Permission } from '../../users/types.ts'
import { createToken, tokenKeys } from '../api.ts'
import type { MadeToken } from '../types.ts'

const DAY_MS = 86_400_000
/** For how many days a token may work; 0: until it is ended. */
const LIVES = ['30', '90', '365', '0'] as const
const PER_HOUR = 1000
const MOST_PER_HOUR = 1_000_000

interface Form {
  name: string
  scopes: Permission[]
  perHour: number
  days: string
}

const EMPTY: Form = { name: '', scopes: [], perHour: PER_HOUR, days: '90' }

interface NewTokenDialogProps {
  onMade: (made: MadeToken) => void
  onClose: () => void
}

/** A token for a script: at most what its owner may, for some time, with a limit of its own. */
export function NewTokenDialog({ onMade, onClose }: NewTokenDialogProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { permissions } = useUser()
  const draft = useDraft<Form>('token.new', EMPTY)
  const { name, scopes, perHour, days } = draft.value
  const create = useMutation({
    mutationFn: () => {
      const expiresAt =
        days === '0' ? {} : { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }
      return createToken({ name: name.trim(), scopes, perHour, ...expiresAt })
    },
    onSuccess: (made) => {
      draft.drop()
      onMade(made)
    },
    // After a lost answer the list shows whether there is one that nobody knows.
    onSettled: () => void queries.invalidateQueries({ queryKey: tokenKeys.all }),
  })
  const isWhole = name.trim() !== '' && scopes.length > 0
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isWhole && !create.isPending) create.mutate()
  }
  return (
    <Dialog size="xl" onClose={onClose} title={t('tokens.add')}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }} noValidate>
        <ErrorNotice error={create.error} />
        <TextInput
          data-autofocus
          required
          label={t('tokens.name')}
          description={t('tokens.nameHint')}
          autoComplete="off"
          maxLength={100}
          value={name}
          onChange={(event) => draft.change({ name: event.currentTarget.value })}
        />
        <Group grow align="start" preventGrowOverflow={false}>
          <Select
            label={t('tokens.life')}
            allowDeselect={false}
            data={LIVES.map((value) => ({ value, label: t(`tokens.lives.${value}`) }))}
            value={days}
            onChange={(next) => draft.change({ days: next ?? days })}
          />
          <NumberInput
            label={t('tokens.perHour')}
            min={1}
            max={MOST_PER_HOUR}
            allowDecimal={false}
            thousandSeparator=","
            value={perHour}
            onChange={(next) => draft.change({ perHour: Number(next) || PER_HOUR })}
          />
        </Group>
        <RightsPicker
          legend={t('tokens.rights')}
          rights={permissions}
          value={scopes}
          onChange={(next) => draft.change({ scopes: next })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending} disabled={!isWhole}>
            {t('tokens.make')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
