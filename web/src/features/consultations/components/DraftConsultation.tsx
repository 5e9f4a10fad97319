import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import type { Doctor } from '../../doctors/api.ts'
import type { Ticket } from '../../queue/types.ts'
import { useConsultKeys } from '../jumps.ts'
import { usualNext } from '../next.ts'
import { CertificateDialog } from '../papers/CertificateDialog.tsx'
import { IssuedPapers } from '../papers/IssuedPapers.tsx'
import { LetterDialog } from '../papers/LetterDialog.tsx'
import { fetchLast } from '../prescription/api.ts'
import { PrescriptionSection } from '../prescription/PrescriptionSection.tsx'
import { usePrescription } from '../prescription/use-prescription.ts'
import type { Consultation } from '../types.ts'
import { useAutosave } from '../use-autosave.ts'
import { type Next, useSign } from '../use-sign.ts'
import { ClashNotice } from './ClashNotice.tsx'
import { ContentFields } from './ContentFields.tsx'
import { SignBar } from './SignBar.tsx'

interface DraftConsultationProps {
  consultation: Consultation
  doctor: Doctor
  ticket: Ticket | undefined
}

/** A consultation while its doctor writes it. */
export function DraftConsultation({ consultation, doctor, ticket }: DraftConsultationProps) {
  const { t } = useTranslation()
  const draft = useAutosave(consultation)
  const order = usePrescription(consultation.id, true)
  const [next, setNext] = useState<Next | null>(null)
  const [paper, setPaper] = useState<'certificate' | 'letter' | null>(null)
  const repeat = useMutation({
    mutationFn: () => fetchLast(consultation.id),
    onSuccess: ({ lines }) => {
      const there = new Set(order.lines.map(({ input }) => input.medicationId))
      const fresh = lines.filter(({ medicationId }) => !there.has(medicationId))
      if (fresh.length > 0) order.add(fresh)
    },
  })
  const sign = useSign({
    consultation,
    next,
    saveOrder: order.flush,
    saveDraft: draft.flush,
    onOvertaken: draft.adopt,
  })
  const signNow = (): void => {
    if (!sign.isPending) sign.mutate()
  }
  const repeatLast = (): void => {
    if (!repeat.isPending) repeat.mutate()
  }
  useConsultKeys({
    certificate: () => setPaper('certificate'),
    letter: () => setPaper('letter'),
    repeat: repeatLast,
    sign: signNow,
  })
  const { form, faults } = draft
  const hasNumber = doctor.mmcNumber !== null
  const summary = [form.subjective, form.objective, form.assessment]
    .filter((text) => text.trim() !== '')
    .join('\n')
  const stoppedBy = sign.data !== undefined && 'stoppedBy' in sign.data ? sign.data.stoppedBy : null
  return (
    <>
      {draft.restored && draft.state.kind !== 'saved' ? <Notice>{t('consultations.restored')}</Notice> : null}
      {draft.state.kind === 'over' ? (
        <Notice tone="bad" title={t('consultations.over')}>
          {t('consultations.overHint')}
        </Notice>
      ) : null}
      {ticket !== undefined && ticket.status !== 'in_consultation' ? (
        <Notice tone="warn">
          {t('consultations.ticketMoved', { status: t(`queue.status.${ticket.status}`) })}
        </Notice>
      ) : null}
      {draft.clash === null ? null : <ClashNotice clash={draft.clash} onSettle={draft.settle} />}
      <ContentFields
        form={form}
        faults={faults}
        onChange={draft.change}
        prescription={
          <>
            <ErrorNotice error={repeat.error} />
            <PrescriptionSection
              order={order}
              isEditable
              last={repeat.data}
              onRepeat={repeatLast}
              isRepeating={repeat.isPending}
            />
          </>
        }
      />
      <IssuedPapers consultationId={consultation.id} mayVoid />
      <ErrorNotice error={sign.error} />
      {stoppedBy === null ? null : (
        <Notice tone="bad" title={t('consultations.notSigned')}>
          {t(`consultations.stoppedBy.${stoppedBy}`)}
        </Notice>
      )}
      <SignBar
        state={draft.state}
        hasFaults={faults.length > 0}
        usual={usualNext(form, order.lines.length, (ticket?.members.length ?? 0) > 1)}
        next={next}
        onNext={setNext}
        isSigning={sign.isPending}
        onCertificate={() => setPaper('certificate')}
        onLetter={() => setPaper('letter')}
        onSign={signNow}
      />
      {paper === 'certificate' ? (
        <CertificateDialog
          consultationId={consultation.id}
          hasNumber={hasNumber}
          onClose={() => setPaper(null)}
        />
      ) : null}
      {paper === 'letter' ? (
        <LetterDialog
          consultationId={consultation.id}
          hasNumber={hasNumber}
          arrivedAt={ticket?.times.createdAt ?? consultation.startedAt}
          summary={summary}
          onClose={() => setPaper(null)}
        />
      ) : null}
    </>
  )
}
