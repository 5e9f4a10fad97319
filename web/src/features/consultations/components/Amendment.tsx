import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HttpError } from '../../../lib/problem.ts'
import { useDraft } from '../../../lib/use-draft.ts'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { amendConsultation, consultationKeys } from '../api.ts'
import {
  changesOf,
  contentOf,
  type Form,
  formOf,
  mergeForm,
  type Part,
  readForm,
  withParts,
} from '../content.ts'
import type { Consultation } from '../types.ts'
import type { Clash } from '../use-autosave.ts'
import { Charges } from './Charges.tsx'
import { ClashNotice } from './ClashNotice.tsx'
import styles from './Consultation.module.css'
import { Diagnoses } from './Diagnoses.tsx'
import { FollowUp } from './FollowUp.tsx'
import { Notes } from './Notes.tsx'
import { VitalsRow } from './VitalsRow.tsx'

const MAX_REASON = 500

interface Typed extends Form {
  reason: string
}

/** Changes what is signed, with a reason; how it was stays on record. */
export function Amendment({ consultation, onDone }: { consultation: Consultation; onDone: () => void }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [base, setBase] = useState(consultation)
  const [clash, setClash] = useState<Clash | null>(null)
  const draft = useDraft<Typed>(`amendment.${consultation.id}`, {
    ...formOf(contentOf(consultation)),
    reason: '',
  })
  const { content, faults } = readForm(draft.value)
  const changes = changesOf(content, base)
  const isReady = faults.length === 0 && draft.value.reason.trim() !== '' && Object.keys(changes).length > 0
  const amend = useMutation({
    mutationFn: () =>
      amendConsultation(base.id, { version: base.version, reason: draft.value.reason.trim(), changes }),
    onSuccess: (now) => {
      draft.drop()
      queries.setQueryData(consultationKeys.one(now.id), now)
      void queries.invalidateQueries({ queryKey: consultationKeys.versions(now.id) })
      void queries.invalidateQueries({ queryKey: consultationKeys.history(now.patient.id) })
      onDone()
    },
    onError: (error) => {
      const now = error instanceof HttpError && error.code === 'state/version' && error.problem.current
      if (!now) return
      const present = now as Consultation
      const merged = mergeForm(draft.value, contentOf(base), contentOf(present))
      draft.change(merged.form)
      setClash({ theirs: contentOf(present), taken: merged.taken, clashing: merged.clashing })
      setBase(present)
    },
  })
  const settle = (part: Part | null, whose: 'mine' | 'theirs'): void => {
    if (clash === null || part === null) {
      setClash(null)
      return
    }
    if (whose === 'theirs') draft.change(withParts(draft.value, [part], clash.theirs))
    setClash({ ...clash, clashing: clash.clashing.filter((one) => one !== part) })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady && !amend.isPending) amend.mutate()
  }
  return (
    <form className={styles.amendment} onSubmit={submit} noValidate>
      {draft.restored && amend.isIdle ? <Notice>{t('consultations.restored')}</Notice> : null}
      {clash === null ? <ErrorNotice error={amend.error} /> : <ClashNotice clash={clash} onSettle={settle} />}
      <TextInput
        label={t('consultations.amendReason')}
        maxLength={MAX_REASON}
        autoFocus
        value={draft.value.reason}
        onChange={(event) => draft.change({ reason: event.currentTarget.value })}
      />
      <VitalsRow texts={draft.value.vitals} faults={faults} onChange={(vitals) => draft.change({ vitals })} />
      <Notes form={draft.value} onChange={draft.change} />
      <Diagnoses diagnoses={draft.value.diagnoses} onChange={(diagnoses) => draft.change({ diagnoses })} />
      <FollowUp form={draft.value} faults={faults} onChange={draft.change} />
      <Charges form={draft.value} faults={faults} onChange={draft.change} />
      <div className={styles.quick}>
        <Button
          type="submit"
          loading={amend.isPending}
          disabled={!isReady || (clash?.clashing.length ?? 0) > 0}
        >
          {t('consultations.saveAmendment')}
        </Button>
        <Button
          variant="default"
          onClick={() => {
            draft.drop()
            onDone()
          }}
        >
          {t('action.cancel')}
        </Button>
      </div>
    </form>
  )
}
