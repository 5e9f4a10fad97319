import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { useUser } from '../../../app/session.tsx'
import { ageYears, formatIdNumber } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { Families } from '../../families/components/Families.tsx'
import { QueuePatient } from '../../queue/components/QueuePatient.tsx'
import { fetchPatient, patientKeys } from '../api.ts'
import { EditPatient } from '../components/EditPatient.tsx'
import { MoreOfPatient } from '../components/GiveOutFile.tsx'
import { History } from '../components/History.tsx'
import { Merges } from '../components/Merges.tsx'
import { PatientFacts } from '../components/PatientFacts.tsx'
import { PatientFault } from '../components/PatientFault.tsx'
import styles from '../components/PatientForm.module.css'
import { WatchRecord } from '../components/WatchRecord.tsx'
import { useMayWritePatients } from '../may-write.ts'
import type { Patient } from '../types.ts'

/** One person: everything the file holds, allergies first, and the form to change it. */
export function PatientPage() {
  const { id = '' } = useParams()
  // Another person is another page: no half-made change may move over.
  return <OnePatient key={id} id={id} />
}

function OnePatient({ id }: { id: string }) {
  const { t } = useTranslation()
  const mayWrite = useMayWritePatients()
  const [editing, setEditing] = useState(false)
  const query = useQuery({
    queryKey: patientKeys.one(id),
    queryFn: ({ signal }) => fetchPatient(id, signal),
    staleTime: 0,
  })
  const shown = useKept(`patient.${id}`, query)
  const patient = shown.data
  return (
    <Page
      title={patient?.name ?? t('patients.one')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          {patient && !editing ? <QueuePatient patientId={patient.id} /> : null}
          {patient && mayWrite && !editing ? (
            <Button variant="default" leftSection={<Icon name="edit" />} onClick={() => setEditing(true)}>
              {t('patients.edit')}
            </Button>
          ) : null}
          {patient && !editing ? <MoreOfPatient patient={patient} /> : null}
        </>
      }
    >
      <PatientFault error={shown.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={8} /> : null}
      {patient ? <Who patient={patient} /> : null}
      {patient && !editing ? <Everything patient={patient} /> : null}
      {patient && editing ? <EditPatient patient={patient} onDone={() => setEditing(false)} /> : null}
    </Page>
  )
}

function Everything({ patient }: { patient: Patient }) {
  const { t } = useTranslation()
  const { permissions } = useUser()
  return (
    <div className={styles.file}>
      <PatientFacts patient={patient} />
      <div>
        <History patientId={patient.id} />
        <Families patient={patient} />
        {permissions.includes('patients.merge') ? <Merges patient={patient} /> : null}
        {permissions.includes('audit.all') ? <WatchRecord patientId={patient.id} /> : null}
        {permissions.includes('audit.view') ? (
          <p>
            <Link to={`/admin/audit?patient=${patient.id}`}>{t('patientFile.audit')}</Link>
          </p>
        ) : null}
      </div>
    </div>
  )
}

function Who({ patient }: { patient: Patient }) {
  const { t } = useTranslation()
  const age = ageYears(patient.dateOfBirth)
  return (
    <>
      <div className={styles.who}>
        <span>{patient.clinicNumber}</span>
        <span>{formatIdNumber(patient.idType, patient.idNumber)}</span>
        {age === null ? null : <span>{t('patients.age', { count: age })}</span>}
        {patient.gender ? <span>{t(`gender.${patient.gender}`)}</span> : null}
      </div>
      {patient.allergies ? (
        <div className={styles.allergies}>
          <strong>{t('patients.allergies')}</strong>
          <span>{patient.allergies}</span>
        </div>
      ) : null}
    </>
  )
}
