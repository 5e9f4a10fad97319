import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { Notice } from '../../../ui/Notice.tsx'
import type { Doctor } from '../../doctors/api.ts'
import type { Ticket } from '../../queue/types.ts'
import { contentOf } from '../content.ts'
import { CertificateDialog } from '../papers/CertificateDialog.tsx'
import { IssuedPapers } from '../papers/IssuedPapers.tsx'
import { LetterDialog } from '../papers/LetterDialog.tsx'
import { PrescriptionSection } from '../prescription/PrescriptionSection.tsx'
import { usePrescription } from '../prescription/use-prescription.ts'
import type { Consultation } from '../types.ts'
import { Amendment } from './Amendment.tsx'
import styles from './Consultation.module.css'
import { Block } from './ContentFields.tsx'
import { Versions } from './Versions.tsx'
import { WrittenContent } from './WrittenContent.tsx'

/** States of the ticket in which what was ordered may still be changed. */
const CHANGEABLE: readonly string[] = ['in_consultation', 'dispensing']

interface SignedConsultationProps {
  consultation: Consultation
  /** The doctor whose consultation it is, when it is he who looks. */
  doctor: Doctor | null
  ticket: Ticket | undefined
}

/** A consultation to be read: signed ones, and what other doctors write; its doctor can amend what he signed. */
export function SignedConsultation({ consultation, doctor, ticket }: SignedConsultationProps) {
  const { t } = useTranslation()
  const isMine = doctor !== null && doctor.id === consultation.doctor.id
  const isDraft = consultation.status === 'draft'
  const isChangeable = isMine && CHANGEABLE.includes(ticket?.status ?? '')
  const order = usePrescription(consultation.id, isChangeable)
  const [amending, setAmending] = useState(false)
  const [paper, setPaper] = useState<'certificate' | 'letter' | null>(null)
  return (
    <>
      {isDraft ? (
        <Notice tone="warn">{t('consultations.writtenBy', { name: consultation.doctor.name })}</Notice>
      ) : (
        <div className={styles.signed}>
          <span className={styles.grow}>
            {t('consultations.signedBy', {
              name: consultation.doctor.name,
              at: formatMoment(consultation.signedAt),
            })}
            {consultation.amendedAt === null
              ? ''
              : ` · ${t('consultations.amendedAt', { at: formatMoment(consultation.amendedAt) })}`}
          </span>
          {isMine && !amending ? (
            <>
              <Button variant="default" onClick={() => setPaper('certificate')}>
                {t('papers.certificate')}
              </Button>
              <Button variant="default" onClick={() => setPaper('letter')}>
                {t('papers.letter')}
              </Button>
              <Button variant="default" onClick={() => setAmending(true)}>
                {t('consultations.amend')}
              </Button>
            </>
          ) : null}
        </div>
      )}
      {amending ? (
        <Amendment consultation={consultation} onDone={() => setAmending(false)} />
      ) : (
        <WrittenContent content={contentOf(consultation)} />
      )}
      <Block title={t('prescribing.title')}>
        <PrescriptionSection
          order={order}
          isEditable={isChangeable}
          last={undefined}
          onRepeat={null}
          isRepeating={false}
        />
      </Block>
      <IssuedPapers consultationId={consultation.id} mayVoid={isMine} />
      {isDraft ? null : (
        <Block title={t('consultations.versions')}>
          <Versions consultationId={consultation.id} />
        </Block>
      )}
      {paper === 'certificate' ? (
        <CertificateDialog
          consultationId={consultation.id}
          hasNumber={doctor?.mmcNumber != null}
          onClose={() => setPaper(null)}
        />
      ) : null}
      {paper === 'letter' ? (
        <LetterDialog
          consultationId={consultation.id}
          hasNumber={doctor?.mmcNumber != null}
          arrivedAt={ticket?.times.createdAt ?? consultation.startedAt}
          summary={consultation.assessment}
          onClose={() => setPaper(null)}
        />
      ) : null}
    </>
  )
}
