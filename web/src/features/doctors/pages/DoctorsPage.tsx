import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { AsOf } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { type Doctor, useDoctorList } from '../api.ts'
import { DoctorDialog } from '../components/DoctorDialog.tsx'

/** The clinic's doctors with the numbers that stand on certificates. */
export function DoctorsPage() {
  const { t } = useTranslation()
  const query = useDoctorList()
  const shown = useKept('doctors', query)
  const doctors = shown.data ?? []
  const [chosen, setChosen] = useState<Doctor | 'new' | null>(null)
  return (
    <Page
      title={t('doctors.title')}
      side={
        <>
          <AsOf atMs={shown.asOfMs} />
          <Button leftSection={<Icon name="add" />} onClick={() => setChosen('new')}>
            {t('doctors.add')}
          </Button>
        </>
      }
    >
      <ListState
        shown={shown}
        isEmpty={doctors.length === 0}
        lines={3}
        empty={<Empty title={t('doctors.none')}>{t('doctors.noneHint')}</Empty>}
      >
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
      </ListState>
      {chosen === null ? null : (
        <DoctorDialog doctor={chosen === 'new' ? null : chosen} onClose={() => setChosen(null)} />
      )}
    </Page>
  )
}
