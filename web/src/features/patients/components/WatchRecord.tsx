import { Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import { fetchWatch, fileKeys, watchPatient } from '../file-api.ts'

const MAX_REASON = 200

/** Whether every look at this record is reported in the day's review, for those who answer for the clinic. */
export function WatchRecord({ patientId }: { patientId: string }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [reason, setReason] = useState('')
  const key = fileKeys.watch(patientId)
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => fetchWatch(patientId, signal),
    staleTime: 0,
  })
  const change = useMutation({
    mutationFn: (why: string | null) => watchPatient(patientId, why),
    onSuccess: (now) => {
      setReason('')
      queries.setQueryData(key, now)
    },
  })
  const watch = query.data
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!change.isPending && reason.trim() !== '') change.mutate(reason.trim())
  }
  return (
    <Section title={t('patientFile.watch.title')}>
      <ErrorNotice error={query.error ?? change.error} />
      {watch === undefined ? null : watch.reason === null ? (
        <form onSubmit={submit} noValidate>
          <Group align="flex-end" gap="xs">
            <TextInput
              label={t('patientFile.watch.why')}
              description={t('patientFile.watch.hint')}
              maxLength={MAX_REASON}
              autoComplete="off"
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Button
              type="submit"
              variant="default"
              loading={change.isPending}
              disabled={reason.trim() === ''}
            >
              {t('patientFile.watch.begin')}
            </Button>
          </Group>
        </form>
      ) : (
        <Group gap="xs">
          <span>
            {t('patientFile.watch.on', {
              since: formatMoment(watch.since),
              by: watch.by ?? '',
              reason: watch.reason,
            })}
          </span>
          <Button
            size="compact-sm"
            variant="subtle"
            loading={change.isPending}
            onClick={() => change.mutate(null)}
          >
            {t('patientFile.watch.end')}
          </Button>
        </Group>
      )}
    </Section>
  )
}
