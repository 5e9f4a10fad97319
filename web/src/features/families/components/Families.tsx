import { Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import { useMayWritePatients } from '../../patients/may-write.ts'
import type { Patient } from '../../patients/types.ts'
import { familyKeys, fetchFamilies } from '../api.ts'
import styles from './Families.module.css'
import { FamilyCard } from './FamilyCard.tsx'
import { NewFamily } from './NewFamily.tsx'

/** The families of a patient, with the way to everybody who belongs to them. */
export function Families({ patient }: { patient: Patient }) {
  const { t } = useTranslation()
  const mayWrite = useMayWritePatients()
  const [making, setMaking] = useState(false)
  const query = useQuery({
    queryKey: familyKeys.of(patient.id),
    queryFn: ({ signal }) => fetchFamilies(patient.id, signal),
    staleTime: 0,
  })
  return (
    <Section title={t('families.title')}>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      <div className={styles.families}>
        {query.data?.length === 0 ? <p className={styles.none}>{t('families.none')}</p> : null}
        {query.data?.map((family) => (
          <FamilyCard key={family.id} family={family} patientId={patient.id} mayWrite={mayWrite} />
        ))}
      </div>
      {mayWrite && query.data !== undefined && !making ? (
        <Group mt={8} gap={8}>
          <Button variant="default" size="xs" onClick={() => setMaking(true)}>
            {t('families.new')}
          </Button>
          <Button
            component={Link}
            to="/patients/family"
            state={{ first: { id: patient.id, name: patient.name, clinicNumber: patient.clinicNumber } }}
            variant="default"
            size="xs"
          >
            {t('families.register')}
          </Button>
        </Group>
      ) : null}
      {making ? <NewFamily patient={patient} onClose={() => setMaking(false)} /> : null}
    </Section>
  )
}
