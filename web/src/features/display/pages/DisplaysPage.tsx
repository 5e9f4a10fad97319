import { Button, Code, Group, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { formatClock, formatMoment } from '../../../lib/format.ts'
import { newIdempotencyKey } from '../../../lib/http.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { Empty } from '../../../ui/Empty.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { createDisplay, displaysKey, fetchDisplays, type NewDisplay, revokeDisplay } from '../displays-api.ts'

/** The screens of the waiting room: which are there, a code for a new one, the end of an old one. */
export function DisplaysPage() {
  const { t } = useTranslation()
  const mayWrite = useUser().permissions.includes('displays.write')
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [made, setMade] = useState<NewDisplay | null>(null)
  const key = useRef(newIdempotencyKey())
  const query = useQuery({
    queryKey: displaysKey,
    queryFn: ({ signal }) => fetchDisplays(signal),
    staleTime: 0,
  })
  const shown = useKept('displays', query)
  const again = (): void => void queries.invalidateQueries({ queryKey: displaysKey })
  const create = useMutation({
    mutationFn: () => createDisplay(name.trim(), key.current),
    onSuccess: (display) => {
      setMade(display)
      setName('')
    },
    onSettled: () => {
      key.current = newIdempotencyKey()
      again()
    },
  })
  const revoke = useMutation({ mutationFn: revokeDisplay, onSettled: again })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '' && !create.isPending) create.mutate()
  }
  const displays = shown.data?.filter(({ state }) => state !== 'revoked' && state !== 'expired') ?? []
  return (
    <Page title={t('displays.title')} side={<AsOf atMs={shown.asOfMs} />}>
      <ErrorNotice error={create.error ?? revoke.error} />
      {mayWrite ? (
        <form onSubmit={submit}>
          <Group align="end" mb={16}>
            <TextInput
              label={t('displays.name')}
              placeholder={t('displays.example')}
              value={name}
              maxLength={60}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
              {t('displays.add')}
            </Button>
          </Group>
        </form>
      ) : null}
      <ListState
        shown={shown}
        isEmpty={displays.length === 0}
        lines={3}
        empty={<Empty title={t('displays.none')}>{t('displays.noneHint')}</Empty>}
      >
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('displays.name')}</th>
                <th>{t('displays.state')}</th>
                <th className={ui.wideOnly}>{t('displays.since')}</th>
                <th>
                  <span className="sr-only">{t('displays.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {displays.map((display) => (
                <tr key={display.id}>
                  <td>{display.name}</td>
                  <td>
                    {t(
                      display.state === 'pairing'
                        ? 'displays.pairing'
                        : display.online
                          ? 'displays.online'
                          : 'displays.offline',
                    )}
                  </td>
                  <td className={ui.wideOnly}>{formatMoment(display.pairedAt ?? display.createdAt)}</td>
                  <td className={ui.num}>
                    {mayWrite ? (
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        color="red"
                        onClick={() => revoke.mutate(display.id)}
                      >
                        {t('displays.revoke')}
                      </Button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </ListState>
      {made === null ? null : (
        <Dialog onClose={() => setMade(null)} title={t('displays.codeFor', { name: made.display.name })}>
          <p style={{ marginTop: 0 }}>
            {t('displays.codeHint', {
              address: `${window.location.origin}/display`,
              time: formatClock(Date.parse(made.expiresAt)),
            })}
          </p>
          <Code block style={{ fontSize: 28, textAlign: 'center' }}>
            {made.pairingCode}
          </Code>
        </Dialog>
      )}
    </Page>
  )
}
