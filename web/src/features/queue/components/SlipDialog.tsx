import { Button, Group } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { reissueSlip } from '../api.ts'
import type { Ticket } from '../types.ts'
import { Slip } from './Slip.tsx'

interface SlipDialogProps {
  ticket: Ticket
  /** The token of a ticket just made; without it a new slip is made first, on request. */
  token?: string
  onClose: () => void
}

/** Shows and prints the slip of a ticket. */
export function SlipDialog({ ticket, token, onClose }: SlipDialogProps) {
  const { t } = useTranslation()
  const reissue = useMutation({ mutationFn: () => reissueSlip(ticket.id) })
  const slip = token ?? reissue.data?.slipToken
  return (
    <Dialog onClose={onClose} title={t('queue.slipFor', { number: ticket.number })}>
      <ErrorNotice error={reissue.error} />
      {slip === undefined ? (
        <p style={{ marginTop: 0 }}>{t('queue.newSlipHint')}</p>
      ) : (
        <Slip ticket={ticket} token={slip} />
      )}
      <Group justify="flex-end" mt={16}>
        <Button variant="default" onClick={onClose}>
          {t('action.close')}
        </Button>
        {slip === undefined ? (
          <Button data-autofocus loading={reissue.isPending} onClick={() => reissue.mutate()}>
            {t('queue.newSlip')}
          </Button>
        ) : (
          <Button data-autofocus onClick={() => window.print()}>
            {t('queue.print')}
          </Button>
        )}
      </Group>
    </Dialog>
  )
}
