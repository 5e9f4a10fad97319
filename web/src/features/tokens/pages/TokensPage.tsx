import { Button, Group } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatCount, formatMoment } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { fetchTokens, revokeToken, tokenKeys } from '../api.ts'
import { NewTokenDialog } from '../components/NewTokenDialog.tsx'
import { TokenSecret } from '../components/TokenSecret.tsx'
import type { MadeToken, Token } from '../types.ts'

/** Tokens for scripts: whose, for what, used when; each ended at once. */
export function TokensPage() {
  const { t } = useTranslation()
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<MadeToken | null>(null)
  const [ending, setEnding] = useState<Token | null>(null)
  const query = useQuery({
    queryKey: tokenKeys.all,
    queryFn: ({ signal }) => fetchTokens(signal),
    staleTime: 0,
  })
  const shown = useKept('tokens', query)
  return (
    <Page
      title={t('tokens.title')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          <Button leftSection={<Icon name="add" />} onClick={() => setAdding(true)}>
            {t('tokens.add')}
          </Button>
        </>
      }
    >
      <ListState
        shown={shown}
        isEmpty={shown.data?.length === 0}
        lines={4}
        empty={<Empty title={t('tokens.none')}>{t('tokens.noneHint')}</Empty>}
      >
        <TokenTable tokens={shown.data ?? []} onEnd={setEnding} />
      </ListState>
      {adding ? (
        <NewTokenDialog
          onClose={() => setAdding(false)}
          onMade={(next) => {
            setAdding(false)
            setMade(next)
          }}
        />
      ) : null}
      {made === null ? null : <TokenSecret made={made} onClose={() => setMade(null)} />}
      {ending === null ? null : <EndToken token={ending} onClose={() => setEnding(null)} />}
    </Page>
  )
}

function TokenTable({ tokens, onEnd }: { tokens: readonly Token[]; onEnd: (token: Token) => void }) {
  const { t } = useTranslation()
  return (
    <div className={ui.tableWrap}>
      <table className={ui.table}>
        <thead>
          <tr>
            <th>{t('tokens.name')}</th>
            <th className={ui.wideOnly}>{t('tokens.owner')}</th>
            <th className={ui.wideOnly}>{t('tokens.rights')}</th>
            <th className={`${ui.num} ${ui.wideOnly}`}>{t('tokens.perHour')}</th>
            <th>{t('tokens.lastUsed')}</th>
            <th className={ui.wideOnly}>{t('tokens.until')}</th>
            <th>
              <span className="sr-only">{t('users.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id} data-token={token.id}>
              <td>{token.name}</td>
              <td className={ui.wideOnly}>{token.owner.username}</td>
              <td className={ui.wideOnly}>{t('tokens.rightsCount', { count: token.scopes.length })}</td>
              <td className={`${ui.num} ${ui.wideOnly}`}>{formatCount(token.perHour)}</td>
              <td>{formatMoment(token.lastUsedAt) || t('tokens.never')}</td>
              <td className={ui.wideOnly}>{formatMoment(token.expiresAt) || t('tokens.noEnd')}</td>
              <td className={ui.num}>
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="red"
                  aria-label={t('tokens.endOf', { name: token.name })}
                  onClick={() => onEnd(token)}
                >
                  {t('tokens.end')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function EndToken({ token, onClose }: { token: Token; onClose: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const end = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: tokenKeys.all }),
  })
  return (
    <Dialog onClose={onClose} title={t('tokens.endTitle', { name: token.name })}>
      <ErrorNotice error={end.error} />
      <p style={{ marginTop: 0 }}>{t('tokens.endHint')}</p>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button data-autofocus color="red" loading={end.isPending} onClick={() => end.mutate()}>
          {t('tokens.end')}
        </Button>
      </Group>
    </Dialog>
  )
}
