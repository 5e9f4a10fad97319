import { Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { clinicToday, readDay } from '../../../lib/format.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { useLongList } from '../../../lib/use-long-list.ts'
import { DayInput } from '../../../ui/DayInput.tsx'
import { Empty } from '../../../ui/Empty.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Page, Section } from '../../../ui/Page.tsx'
import { type AuditFilter, auditKeys, fetchAudit } from '../api.ts'
import { AuditTable } from '../components/AuditTable.tsx'
import { DayReview } from '../components/DayReview.tsx'

const TEXTS = ['patient', 'user', 'action'] as const
const DAYS = ['from', 'to'] as const
const TYPING_PAUSE_MS = 400

/** Who did what, and who saw whom; `?patient=` opens it on one person. */
export function AuditPage() {
  const { t } = useTranslation()
  const [search] = useSearchParams()
  // the review of a day names people above an administrator as well
  const seesAll = useUser().permissions.includes('audit.all')
  const [filter, setFilter] = useState<AuditFilter>({
    patient: search.get('patient') ?? '',
    user: '',
    action: '',
    from: '',
    to: '',
  })
  const [day, setDay] = useState(clinicToday)
  const settled = useDebounced(filter, TYPING_PAUSE_MS)
  const asked = { ...settled, from: readDay(settled.from) ?? '', to: readDay(settled.to) ?? '' }
  const list = useLongList({
    queryKey: auditKeys.list(asked),
    keptAs: `audit.${Object.values(asked).join('.')}`,
    read: (from, signal) => fetchAudit(asked, from, signal),
  })
  return (
    <Page title={t('audit.title')}>
      {seesAll ? (
        <>
          <Group align="end" mb={10}>
            <DayInput label={t('audit.reviewOf')} value={day} onChange={setDay} w={150} />
          </Group>
          {readDay(day) === null ? null : <DayReview day={day} />}
        </>
      ) : null}
      <Section title={t('audit.entries')}>
        <Group align="end" mb={12}>
          {TEXTS.map((field) => (
            <TextInput
              key={field}
              label={t(`audit.filter.${field}`)}
              value={filter[field]}
              onChange={(event) => setFilter({ ...filter, [field]: event.currentTarget.value.trim() })}
              w={150}
            />
          ))}
          {DAYS.map((field) => (
            <DayInput
              key={field}
              label={t(`audit.filter.${field}`)}
              value={filter[field]}
              onChange={(typed) => setFilter({ ...filter, [field]: typed })}
              w={150}
            />
          ))}
        </Group>
        <AsOf atMs={list.asOfMs} />
        <ListState
          shown={list}
          isEmpty={list.rows.length === 0}
          empty={<Empty title={t('audit.none')} />}
          lines={8}
        >
          <AuditTable list={list} />
        </ListState>
      </Section>
    </Page>
  )
}
