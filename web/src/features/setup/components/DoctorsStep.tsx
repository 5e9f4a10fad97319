import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../../../ui/icons.tsx'
import { type Doctor, useDoctors } from '../../doctors/api.ts'
import { DoctorDialog } from '../../doctors/components/DoctorDialog.tsx'
import styles from './SetUp.module.css'

/** Who sees patients here, with the numbers that certificates need. */
export function DoctorsStep() {
  const { t } = useTranslation()
  const doctors = useDoctors()
  const [chosen, setChosen] = useState<Doctor | 'new' | null>(null)
  return (
    <>
      {doctors.length === 0 ? null : (
        <ul className={styles.list}>
          {doctors.map((doctor) => (
            <li key={doctor.id}>
              <span>{doctor.name}</span>
              <span className={styles.quiet}>
                {doctor.mmcNumber === null
                  ? t('doctors.noNumber')
                  : t('setup.doctors.mmc', { number: doctor.mmcNumber })}
              </span>
              <Button size="compact-sm" variant="subtle" onClick={() => setChosen(doctor)}>
                {t('doctors.change')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Button variant="default" leftSection={<Icon name="add" />} onClick={() => setChosen('new')}>
        {t('doctors.add')}
      </Button>
      {chosen === null ? null : (
        <DoctorDialog doctor={chosen === 'new' ? null : chosen} onClose={() => setChosen(null)} />
      )}
    </>
  )
}
