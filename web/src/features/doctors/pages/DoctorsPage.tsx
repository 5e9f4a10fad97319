import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Page } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { type Doctor, useDoctors } from '../api.ts'
import { DoctorDialog } from '../components/DoctorDialog.tsx'

/** The clinic's doctors with the numbers that stand on certificates. */
export function DoctorsPage() {
  const { t } = useTranslation()
  const doctors = useDoctors()
  const [chosen, setChosen] = useState<Doctor | 'new' | null>(null)
  return (
    <Page
      title={t('doctors.title')}
      side={
        <Button leftSection={<Icon name="add" />} onClick={() => setChosen('new')}>
          {t('doctors.add')}
        </Button>
      }
    >
      {doctors.length === 0 ? <Empty title={t('doctors.none')}>{t('doctors.noneHint')}</Empty> : null}
      {doctors.length > 0 ? (
        <div className={ui.tableWrap}>
          <table className={ui.table}>
            <thead>
              <tr>
                <th>{t('doctors.name')}</th>
                <th className={ui.wideOnly}>{t('doctors.specialty')}</th>
                <th>{t('doctors.mmcNumber')}</th>
                <th>{t('doctors.room')}</th>
                <th>
                  <span className="sr-only">{t('doctors.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {doctors.map((doctor) => (
                <tr key={doctor.id} style={doctor.active ? undefined : { opacity: 0.6 }}>
                  <td>{doctor.name}</td>
                  <td className={ui.wideOnly}>{doctor.specialty}</td>
                  <td>{doctor.mmcNumber ?? t('doctors.noNumber')}</td>
                  <td>{doctor.room}</td>
                  <td className={ui.num}>
                    <Button size="compact-sm" variant="subtle" onClick={() => setChosen(doctor)}>
                      {t('doctors.change')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {chosen === null ? null : (
        <DoctorDialog doctor={chosen === 'new' ? null : chosen} onClose={() => setChosen(null)} />
      )}
    </Page>
  )
}
