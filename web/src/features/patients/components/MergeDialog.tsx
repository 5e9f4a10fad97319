import { Button, Group } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { fetchPatient, patientKeys } from '../api.ts'
import { type MergeKeep, mergePatients } from '../file-api.ts'
import { mergeRows } from '../merge-rows.ts'
import type { Patient } from '../types.ts'
import { faultsOf } from './faults.ts'
import styles from './Merge.module.css'
import { MergeChoices } from './MergeChoices.tsx'
import { PatientPicker, type Picked } from './PatientPicker.tsx'

/** Puts another record of the same person into this one, after a look at both side by side. */
export function MergeDialog({ patient, onClose }: { patient: Patient; onClose: () => void }) {
  const { t, i18n } = useTranslation()
  const queries = useQueryClient()
  const [picked, setPicked] = useState<Picked | null>(null)
  const [keep, setKeep] = useState<MergeKeep>({})
  const { data: other, error } = useQuery({
    queryKey: patientKeys.one(picked?.id ?? ''),
    queryFn: ({ signal }) => fetchPatient(picked?.id ?? '', signal),
    enabled: picked !== null,
    staleTime: 0,
  })
  const rows = other === undefined ? [] : mergeRows(patient, other)
  const merge = useMutation({
    mutationFn: (into: Patient) =>
      mergePatients(
        patient,
        into,
        Object.fromEntries(rows.map(({ field, usual }) => [field, keep[field] ?? usual])),
      ),
    onSuccess: (done) => {
      queries.setQueryData(patientKeys.one(done.patient.id), done.patient)
      void queries.invalidateQueries({ queryKey: patientKeys.all })
      onClose()
    },
    // Somebody changed one of the two: what is chosen from next is how both are now.
    onError: () => queries.invalidateQueries({ queryKey: ['patients', 'one'] }),
  })
  return (
    <Dialog size="lg" onClose={onClose} title={t('patientFile.merge')}>
      <div className={styles.form}>
        <p className={styles.hint}>{t('patientFile.mergeHint', { number: patient.clinicNumber })}</p>
        <PatientPicker
          label={t('patientFile.otherRecord')}
          value={picked}
          without={[patient.id]}
          autoFocus
          onChange={(next) => {
            setPicked(next)
            setKeep({})
            merge.reset()
          }}
        />
        <ErrorNotice error={error} />
        <Refusal error={merge.error} />
        {other === undefined || picked === null ? null : (
          <MergeChoices
            one={patient}
            other={other}
            rows={rows}
            keep={keep}
            faults={faultsOf(merge.error, t, (name) => i18n.exists(name))}
            onKeep={setKeep}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            disabled={other === undefined || picked === null}
            loading={merge.isPending}
            onClick={() => other !== undefined && merge.mutate(other)}
          >
            {t('patientFile.mergeNow')}
          </Button>
        </Group>
      </div>
    </Dialog>
  )
}

/** Why two records are not put together, or not taken apart. */
export function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation()
  if (!(error instanceof HttpError) || error.status !== 409) return <ErrorNotice error={error} />
  const current = error.problem.current as { tickets?: { number: string }[] } | undefined
  if (current?.tickets !== undefined)
    return (
      <Notice tone="bad" title={t('patientFile.inClinic')}>
        {t('patientFile.inClinicHint', {
          tickets: current.tickets.map(({ number }) => number).join(', '),
        })}
      </Notice>
    )
  if (error.code === 'state/version') return <Notice tone="warn">{t('patientFile.changedMeanwhile')}</Notice>
  return <ErrorNotice error={error} />
}
