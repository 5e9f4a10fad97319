import { Button, Group } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { moveOperation, type OperationMove, operationKeys, resultUrl } from '../api.ts'
import { patchOperation } from '../live.ts'
import { movesOf } from '../moves.ts'
import type { Operation } from '../types.ts'

/** What can be done with an operation as it stands. */
export function OperationActions({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const move = useMutation({
    mutationFn: (to: OperationMove) => moveOperation(operation.id, to),
    onSuccess: (next, to) => {
      if (to === 'release') {
        queries.setQueryData(operationKeys.one(next.id), next)
        void queries.invalidateQueries({ queryKey: operationKeys.all })
        void navigate(`/imports/${next.id}`)
      } else patchOperation(queries, next, true)
    },
    // Refused because it moved on in the meantime: show where it stands now.
    onError: (error) => {
      if (error instanceof HttpError && error.status === 409)
        void queries.invalidateQueries({ queryKey: operationKeys.one(operation.id) })
    },
    onSettled: () => setAsking(false),
  })
  const offered = movesOf(operation)
  return (
    <>
      {move.error ? <ErrorNotice error={move.error} /> : null}
      {operation.result === null || Date.parse(operation.result.expiresAt) <= Date.now() ? null : (
        <Button component="a" href={resultUrl(operation.id)} download leftSection={<Icon name="download" />}>
          {t('operations.download')}
        </Button>
      )}
      {offered.has('cancel') ? (
        <Button variant="default" loading={move.isPending} onClick={() => move.mutate('cancel')}>
          {operation.type === 'import'
            ? t(offered.has('release') ? 'operations.close' : 'operations.cancel')
            : t('operations.stop')}
        </Button>
      ) : null}
      {offered.has('undo') ? (
        <Button variant="default" onClick={() => setAsking(true)}>
          {t('operations.undo')}
        </Button>
      ) : null}
      {offered.has('retry') ? (
        <Button loading={move.isPending} onClick={() => move.mutate('retry')}>
          {t('operations.retry')}
        </Button>
      ) : null}
      {offered.has('release') ? (
        <Button loading={move.isPending} onClick={() => move.mutate('release')}>
          {t('operations.release')}
        </Button>
      ) : null}
      {asking ? (
        <Dialog onClose={() => setAsking(false)} title={t('operations.undoTitle')}>
          {t('operations.undoHint')}
          <Group mt={16} justify="flex-end">
            <Button variant="default" data-autofocus onClick={() => setAsking(false)}>
              {t('operations.undoNo')}
            </Button>
            <Button color="red" loading={move.isPending} onClick={() => move.mutate('undo')}>
              {t('operations.undoYes')}
            </Button>
          </Group>
        </Dialog>
      ) : null}
    </>
  )
}
