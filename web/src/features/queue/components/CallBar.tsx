import { Autocomplete, Button, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Key } from '../../../ui/Key.tsx'
import type { Doctor } from '../../doctors/api.ts'
import { roomsOf } from '../rooms.ts'
import styles from './CallBar.module.css'

interface CallBarProps {
  doctors: readonly Doctor[]
  room: string
  onRoom: (room: string) => void
  doctorId: string | null
  onDoctor: (doctorId: string | null) => void
  busy: boolean
  onCallNext: () => void
}

/** Whose line is looked at, the room that is called to, and the page's one main button. */
export function CallBar({ doctors, room, onRoom, doctorId, onDoctor, busy, onCallNext }: CallBarProps) {
  const { t } = useTranslation()
  return (
    <div className={styles.bar}>
      <Select
        aria-label={t('queue.whose')}
        placeholder={t('queue.everybody')}
        clearable
        clearButtonProps={{ 'aria-label': t('queue.everybody') }}
        data={doctors.map(({ id, name }) => ({ value: id, label: name }))}
        value={doctorId}
        onChange={(next) => {
          onDoctor(next)
          const theirs = doctors.find(({ id }) => id === next)?.room
          if (theirs) onRoom(theirs)
        }}
      />
      <Autocomplete
        aria-label={t('queue.room')}
        placeholder={t('queue.room')}
        data={roomsOf(doctors)}
        value={room}
        maxLength={20}
        onChange={onRoom}
        className={styles.room ?? ''}
      />
      <Button disabled={room.trim() === ''} loading={busy} onClick={onCallNext} rightSection={<Key of="c" />}>
        {t('queue.callNext')}
      </Button>
    </div>
  )
}
