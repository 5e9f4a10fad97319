import { Button, Progress } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { formatCount } from '../../../lib/format.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useLongList } from '../../../lib/use-long-list.ts'
import { ListState } from '../../../ui/ListState.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { fetchOperation, operationKeys } from '../../operations/api.ts'
import { OperationActions } from '../../operations/components/OperationActions.tsx'
import { OperationPace } from '../../operations/components/OperationPace.tsx'
import { StatusMark } from '../../operations/components/StatusMark.tsx'
import { isMoving, patchOperation } from '../../operations/live.ts'
import { waitsForDesk } from '../../operations/moves.ts'
import type { Operation } from '../../operations/types.ts'
import { BulkBar } from '../components/duplicates/BulkBar.tsx'
import styles from '../components/duplicates/duplicates.module.css'
import { PairList } from '../components/duplicates/PairList.tsx'
import { Piles } from '../components/duplicates/Piles.tsx'
import {
  askForDuplicates,
  type DuplicatesInput,
  fetchPairs,
  type PairList as ListName,
  pairKeys,
} from '../duplicates/api.ts'
import { useDecisions } from '../duplicates/use-decisions.ts'

const LISTS = ['open', 'later', 'merged', 'kept', 'refused', 'settled'] as const satisfies readonly ListName[]

/** People of an import who may be in the file twice: three piles, pairs side by side, and what is decided about them. */
export function DuplicatesPage() {
  const { id = '' } = useParams()
  const { t } = useTranslation()
  const {
    data: operation,
    error,
    refetch,
  } = useQuery({
    queryKey: operationKeys.one(id),
    queryFn: ({ signal }) => fetchOperation(id, signal),
  })
  return (
    <Page
      title={t('pairs.title')}
      side={
        <>
          {operation !== undefined && operation.status !== 'completed' ? (
            <OperationActions operation={operation} />
          ) : null}
          <Link to={`/imports/${id}`}>{t('pairs.back')}</Link>
        </>
      }
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {operation === undefined ? (
        error === null ? (
          <Loading rows={6} />
        ) : null
      ) : (
        <Desk operation={operation} />
      )}
    </Page>
  )
}

/** Asks for a step of the desk; what is on the screen then is what the server says. */
function useAsk(id: string, onAsked: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: DuplicatesInput) => askForDuplicates(id, body),
    onSuccess: (next, body) => {
      if (body.decisions !== undefined) onAsked()
      patchOperation(queries, next, true)
    },
    // Somebody else was quicker, or a pair is one record already: show how it stands.
    onError: (error) => {
      if (!(error instanceof HttpError) || error.status !== 409) return
      void queries.invalidateQueries({ queryKey: operationKeys.one(id) })
      void queries.invalidateQueries({ queryKey: pairKeys.of(id) })
    },
  })
}

/** Reads the pairs again when a step has ended. */
function useFollow({ id, status }: Operation): void {
  const queries = useQueryClient()
  const before = useRef(status)
  useEffect(() => {
    if (before.current !== status) void queries.invalidateQueries({ queryKey: pairKeys.of(id) })
    before.current = status
  }, [queries, id, status])
}

function Desk({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  const { id } = operation
  const [list, setList] = useState<ListName>('open')
  const decisions = useDecisions(id)
  const ask = useAsk(id, decisions.drop)
  useFollow(operation)
  const pairs = useLongList({
    queryKey: pairKeys.list(id, list),
    keptAs: `duplicates.${id}.${list}`,
    read: (from, signal) => fetchPairs(id, list, from, signal),
  })
  const piles = pairs.first?.piles
  const mayAsk = operation.status === 'completed' || operation.status === 'needs_review'
  const waiting = (piles?.probable.open ?? 0) + (piles?.probable.later ?? 0)
  return (
    <>
      <AsOf atMs={pairs.asOfMs} />
      {piles === undefined ? null : <Piles operationId={id} piles={piles} />}
      {isMoving(operation) ? <Doing operation={operation} /> : null}
      <ErrorNotice error={ask.error} />
      {piles !== undefined && !isMoving(operation) && mayAsk ? (
        <div className={styles.searched}>
          <span>
            {t(piles.searched ? 'pairs.searched' : 'pairs.notSearched')}
            {waitsForDesk(operation) ? ` ${t('pairs.waits')}` : ''}
          </span>
          <Button
            variant={piles.searched ? 'default' : 'filled'}
            loading={ask.isPending}
            onClick={() => ask.mutate({})}
          >
            {t(piles.searched ? 'pairs.searchAgain' : 'pairs.search')}
          </Button>
        </div>
      ) : null}
      {mayAsk && waiting > 0 ? <BulkBar isBusy={ask.isPending} onSend={(body) => ask.mutate(body)} /> : null}
      {piles?.searched ? (
        <>
          <ul className={styles.tabs} aria-label={t('pairs.lists')}>
            {LISTS.filter((name) => name === list || name === 'open' || piles.probable[name] > 0).map(
              (name) => (
                <li key={name}>
                  <button
                    type="button"
                    className={styles.tab}
                    aria-pressed={name === list}
                    data-list={name}
                    onClick={() => setList(name)}
                  >
                    {t(`pairs.list.${name}`)}
                    <span className={styles.count}>{formatCount(piles.probable[name])}</span>
                  </button>
                </li>
              ),
            )}
          </ul>
          <ListState
            shown={pairs}
            isEmpty={pairs.rows.length === 0}
            empty={<Notice>{t('pairs.none')}</Notice>}
          >
            <PairList key={list} list={pairs} decisions={mayAsk && list !== 'settled' ? decisions : null} />
          </ListState>
        </>
      ) : null}
      {decisions.count > 0 ? (
        <div className={styles.bar}>
          <span role="status">{t('pairs.decided', { count: decisions.count })}</span>
          <Button variant="default" onClick={decisions.drop}>
            {t('pairs.dropAll')}
          </Button>
          <Button disabled={!mayAsk} loading={ask.isPending} onClick={() => ask.mutate(decisions.body())}>
            {t('pairs.carryOut')}
          </Button>
        </div>
      ) : null}
    </>
  )
}

/** The step that a worker is at, live. */
function Doing({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  return (
    <section className={styles.progress} aria-label={t('imports.progress')}>
      <div>
        <StatusMark status={operation.status} />
        <OperationPace operation={operation} />
      </div>
      <Progress value={operation.progress.percent} aria-label={t('pairs.progress')} />
    </section>
  )
}
