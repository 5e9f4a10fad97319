import { Button, Group, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { moveOperation, type OperationMove, operationKeys } from '../api.ts'
import { patchOperation } from '../live.ts'
import { optionsOf } from '../options.ts'
import type { Operation, OperationStatus } from '../types.ts'

/** From which states each move may be asked for; the server has the last word. */
const MOVES: Record<OperationMove, ReadonlySet<OperationStatus>> = {
  cancel: new Set(['queued', 'active', 'needs_review']),
  retry: new Set(['failed', 'cancelled']),
  undo: new Set(['completed', 'failed', 'cancelled']),
}

/** What can be done with an operation as it stands. */
export function OperationActions({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const move = useMutation({
    mutationFn: (to: OperationMove) => moveOperation(operation.id, to),
    onSuccess: (next) => patchOperation(queries, next, true),
    // Refused because it moved on in the meantime: show where it stands now.
    onError: (error) => {
      if (error instanceof HttpError && error.status === 409)
        void queries.invalidateQueries({ queryKey: operationKeys.one(operation.id) })
    },
    onSettled: () => setAsking(false),
  })
  const may = (to: OperationMove): boolean => MOVES[to].has(operation.status)
  const written = (operation.counts?.inserted ?? 0) + (operation.counts?.updated ?? 0)
  const undoable = may('undo') && written > 0 && optionsOf(operation).dryRun !== true
  return (
    <>
      {move.error ? <ErrorNotice error={move.error} /> : null}
      {may('cancel') && !operation.cancelRequested ? (
        <Button variant="default" loading={move.isPending} onClick={() => move.mutate('cancel')}>
          {t('operations.cancel')}
        </Button>
      ) : null}
      {undoable ? (
        <Button variant="default" onClick={() => setAsking(true)}>
          {t('operations.undo')}
        </Button>
      ) : null}
      {may('retry') ? (
        <Button loading={move.isPending} onClick={() => move.mutate('retry')}>
          {t('operations.retry')}
        </Button>
      ) : null}
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('operations.undoTitle')}
        closeButtonProps={{ 'aria-label': t('action.close') }}
      >
        {t('operations.undoHint')}
        <Group mt={16} justify="flex-end">
          <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
            {t('operations.undoNo')}
          </Button>
          <Button color="red" loading={move.isPending} onClick={() => move.mutate('undo')}>
            {t('operations.undoYes')}
          </Button>
        </Group>
      </Modal>
    </>
  )
}
