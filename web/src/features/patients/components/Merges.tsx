import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatCount, formatMoment } from '../../../lib/format.ts'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import { patientKeys } from '../api.ts'
import { fetchMerges, fileKeys, type MergeUndone, type PatientMerge, undoMerge } from '../file-api.ts'
import type { Patient } from '../types.ts'
import styles from './Merge.module.css'
import { MergeDialog, Refusal } from './MergeDialog.tsx'

const CLINIC_NUMBER_DIGITS = 6
const numberOf = (id: string): string => `P-${id.padStart(CLINIC_NUMBER_DIGITS, '0')}`

/** Which records were put into this one, with the way back, and the way to put in another. */
export function Merges({ patient }: { patient: Patient }) {
  const { t } = useTranslation()
  const [merging, setMerging] = useState(false)
  const [undone, setUndone] = useState<MergeUndone | null>(null)
  const query = useQuery({
    queryKey: fileKeys.merges(patient.id),
    queryFn: ({ signal }) => fetchMerges(patient.id, signal),
    staleTime: 0,
  })
  return (
    <Section title={t('patientFile.merges')}>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {undone === null ? null : <Undone undone={undone} />}
      {query.data?.length === 0 ? <p className={styles.hint}>{t('patientFile.noMerges')}</p> : null}
      <ul className={styles.merges}>
        {query.data?.map((merge) => (
          <MergeItem key={merge.id} merge={merge} patientId={patient.id} onUndone={setUndone} />
        ))}
      </ul>
      <Button variant="default" size="xs" mt={8} onClick={() => setMerging(true)}>
        {t('patientFile.merge')}
      </Button>
      {merging ? <MergeDialog patient={patient} onClose={() => setMerging(false)} /> : null}
    </Section>
  )
}

interface MergeItemProps {
  merge: PatientMerge
  patientId: string
  onUndone: (undone: MergeUndone) => void
}

function MergeItem({ merge, patientId, onUndone }: MergeItemProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [sure, setSure] = useState(false)
  const undo = useMutation({
    mutationFn: () => undoMerge(merge.id),
    onSuccess: onUndone,
    onSettled: () => {
      setSure(false)
      return queries.invalidateQueries({ queryKey: patientKeys.all })
    },
  })
  const mayUndo = merge.undoneAt === null && merge.survivorId === patientId
  return (
    <li>
      <span className={styles.merge}>
        {t('patientFile.mergedOn', { number: numberOf(merge.mergedId), at: formatMoment(merge.mergedAt) })}
        {merge.undoneAt === null
          ? ''
          : ` · ${t('patientFile.undoneOn', { at: formatMoment(merge.undoneAt) })}`}
      </span>
      {mayUndo && !sure ? (
        <Button size="xs" variant="default" onClick={() => setSure(true)}>
          {t('patientFile.undo')}
        </Button>
      ) : null}
      {mayUndo && sure ? (
        <>
          <span>{t('patientFile.undoSure')}</span>
          <Button size="xs" loading={undo.isPending} onClick={() => undo.mutate()}>
            {t('patientFile.undoYes')}
          </Button>
          <Button size="xs" variant="default" onClick={() => setSure(false)}>
            {t('action.cancel')}
          </Button>
        </>
      ) : null}
      <Refusal error={undo.error} />
    </li>
  )
}

/** What could not go back with the other record, if anything. */
function Undone({ undone }: { undone: MergeUndone }) {
  const { t } = useTranslation()
  const later = undone.later.reduce((sum, { count }) => sum + count, 0)
  return (
    <Notice
      tone="good"
      title={t('patientFile.apart')}
      action={
        <Link to={`/patients/${undone.restored.id}`}>
          {t('patients.openExisting', { number: undone.restored.clinicNumber })}
        </Link>
      }
    >
      {later > 0 ? <div>{t('patientFile.later', { count: later, shown: formatCount(later) })}</div> : null}
      {undone.keptFields.length > 0 ? (
        <div>
          {t('patientFile.keptFields', {
            fields: undone.keptFields.map((field) => t(`patients.${field}`)).join(', '),
          })}
        </div>
      ) : null}
    </Notice>
  )
}
