import { Autocomplete, Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useUser } from '../../../app/session.tsx'
import { useNow } from '../../../lib/use-now.ts'
import { Key } from '../../../ui/Key.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { useDoctors } from '../../doctors/api.ts'
import { roomsOf } from '../../queue/rooms.ts'
import type { Ticket } from '../../queue/types.ts'
import { useMoves } from '../../queue/use-moves.ts'
import { useRoom } from '../../queue/use-room.ts'
import { DoneToday } from '../components/DoneToday.tsx'
import { LineList } from '../components/LineList.tsx'
import styles from '../components/Lines.module.css'
import { linesFor, walkOf } from '../lines.ts'
import { holderOf, useClaim } from '../use-claim.ts'
import { useBoard, useMyDoctor } from '../use-desk.ts'
import { useLineKeys } from '../use-line-keys.ts'

/** The doctor's desk: who waits for him, who waits for anybody, who is with whom. */
export function ConsultPage() {
  const { t } = useTranslation()
  const mayWrite = useUser().permissions.includes('consultations.write')
  const doctors = useDoctors()
  const doctor = useMyDoctor()
  const board = useBoard()
  const nowMs = useNow()
  const [typedRoom, setRoom] = useRoom()
  const room = typedRoom || (doctor?.room ?? '')
  const [selectedId, setSelectedId] = useState<string | null>(null)
  const { move, next, settled } = useMoves()
  const claim = useClaim(settled)
  const isDoctor = doctor != null && mayWrite
  const lines = linesFor(board.data ?? [], doctor?.id ?? null)
  const walk = walkOf(lines)
  // Whoever sits here already, else whoever is next, unless the arrows chose somebody.
  const selected = isDoctor ? (walk.find(({ id }) => id === selectedId) ?? walk[0]) : undefined

  const open = (ticket: Ticket | undefined, memberId?: string): void => {
    if (ticket === undefined || !isDoctor || claim.isPending) return
    claim.mutate({ ticket, room, ...(memberId === undefined ? {} : { memberId }) })
  }
  const call = (ticket: Ticket | undefined): void => {
    if (ticket === undefined || !isDoctor || ticket.status === 'in_consultation') return
    move(ticket.id, { to: 'called', ...(room.trim() === '' ? {} : { room: room.trim() }) })
  }
  const callNext = (): void => {
    if (!isDoctor || next.isPending || room.trim() === '') return
    next.mutate(
      { room: room.trim(), doctorId: doctor.id },
      { onSuccess: (ticket) => setSelectedId(ticket?.id ?? selectedId) },
    )
  }
  const step = (by: 1 | -1): void => {
    const at = walk.findIndex(({ id }) => id === selected?.id)
    setSelectedId(walk[Math.min(Math.max(at + by, 0), walk.length - 1)]?.id ?? null)
  }
  useLineKeys({ step, open: () => open(selected), call: () => call(selected), callNext })

  const holder = holderOf(claim.error)
  const shared = {
    doctors,
    nowMs,
    selectedId: selected?.id ?? null,
    busyId: claim.isPending ? claim.variables.ticket.id : null,
    ...(isDoctor ? { onSelect: setSelectedId, onOpen: open, onCall: call } : {}),
  }
  return (
    <Page
      wide
      title={t('consultations.title')}
      side={
        <>
          <AsOf atMs={board.asOfMs} />
          {isDoctor ? (
            <>
              <Autocomplete
                aria-label={t('queue.room')}
                placeholder={t('queue.room')}
                w={110}
                data={roomsOf(doctors)}
                value={room}
                onChange={setRoom}
              />
              <Button
                loading={next.isPending}
                disabled={room.trim() === ''}
                onClick={callNext}
                rightSection={<Key of="c" />}
              >
                {t('queue.callNext')}
              </Button>
            </>
          ) : null}
        </>
      }
    >
      {doctor === null && mayWrite ? (
        <Notice tone="warn" title={t('consultations.noDoctor')}>
          {t('consultations.noDoctorHint')}
        </Notice>
      ) : null}
      {holder === null ? (
        <ErrorNotice error={claim.error} />
      ) : (
        <Notice tone="bad" title={t('consultations.held', { name: holder })}>
          {t('consultations.heldHint', {
            number: claim.variables?.ticket.number ?? '',
            patient: claim.variables?.ticket.patient.name ?? '',
          })}
        </Notice>
      )}
      <ErrorNotice error={board.error} onRetry={board.refetch} />
      {board.isPending ? <Loading rows={6} /> : null}
      {board.data === undefined ? null : (
        <div className={styles.desk}>
          <div className={styles.column}>
            {isDoctor ? (
              <>
                {lines.inside.length === 0 ? null : (
                  <LineList title={t('consultations.withYou')} empty="" tickets={lines.inside} {...shared} />
                )}
                <LineList
                  title={t('consultations.ownLine')}
                  empty={t('consultations.nobodyOwn')}
                  tickets={lines.own}
                  {...shared}
                />
              </>
            ) : null}
            <LineList
              title={t('consultations.sharedLine')}
              empty={t('consultations.nobodyShared')}
              tickets={lines.shared}
              {...shared}
            />
          </div>
          <div className={styles.column}>
            <LineList
              title={t('consultations.elsewhere')}
              empty={t('consultations.nobodyElsewhere')}
              tickets={lines.elsewhere}
              doctors={doctors}
              nowMs={nowMs}
              selectedId={null}
              busyId={null}
            />
            {isDoctor ? <DoneToday /> : null}
          </div>
        </div>
      )}
    </Page>
  )
}
