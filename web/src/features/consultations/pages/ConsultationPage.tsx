import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { useKept } from '../../../lib/use-kept.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { consultationKeys, fetchConsultation } from '../api.ts'
import styles from '../components/Consultation.module.css'
import { DraftConsultation } from '../components/DraftConsultation.tsx'
import { HistorySide } from '../components/HistorySide.tsx'
import { PatientStrip } from '../components/PatientStrip.tsx'
import { SignedConsultation } from '../components/SignedConsultation.tsx'
import { useBoard, useMyDoctor } from '../use-desk.ts'

/** One consultation: to be written by its doctor, to be read by others. */
export function ConsultationPage() {
  const { id = '' } = useParams()
  // Another consultation is another page: nothing typed may move over.
  return <OneConsultation key={id} id={id} />
}

function OneConsultation({ id }: { id: string }) {
  const { t } = useTranslation()
  const doctor = useMyDoctor()
  const board = useBoard()
  const query = useQuery({
    queryKey: consultationKeys.one(id),
    queryFn: ({ signal }) => fetchConsultation(id, signal),
    staleTime: 0,
  })
  const shown = useKept(`consultation.${id}`, query)
  const consultation = query.isFetchedAfterMount || shown.asOfMs !== null ? shown.data : undefined
  const ticket = board.data?.find((one) => one.id === consultation?.ticketId)
  const isFull = consultation !== undefined && 'subjective' in consultation
  const isMine = doctor != null && doctor.id === consultation?.doctor.id
  return (
    <Page
      wide
      title={consultation?.patient.name ?? t('consultations.one')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          <Button component={Link} to="/consult" variant="default" leftSection={<Icon name="back" />}>
            {t('consultations.backToLine')}
          </Button>
        </>
      }
    >
      <ErrorNotice error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending || doctor === undefined ? <Loading rows={8} /> : null}
      {consultation !== undefined && !isFull ? (
        <Notice tone="warn">{t('consultations.notForYou')}</Notice>
      ) : null}
      {consultation === undefined || !isFull || doctor === undefined ? null : (
        <>
          <PatientStrip consultation={consultation} ticket={ticket} />
          <div className={styles.page}>
            <div className={styles.main}>
              {isMine && consultation.status === 'draft' ? (
                <DraftConsultation consultation={consultation} doctor={doctor} ticket={ticket} />
              ) : (
                <SignedConsultation consultation={consultation} doctor={doctor} ticket={ticket} />
              )}
            </div>
            <HistorySide patientId={consultation.patient.id} visitId={consultation.visitId} />
          </div>
        </>
      )}
    </Page>
  )
}
