import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Key } from '../../../ui/Key.tsx'
import type { Fault, Form } from '../content.ts'
import { Charges } from './Charges.tsx'
import styles from './Consultation.module.css'
import { Diagnoses } from './Diagnoses.tsx'
import { FollowUp } from './FollowUp.tsx'
import { Notes } from './Notes.tsx'
import { TemplatePicker } from './TemplatePicker.tsx'
import { VitalsRow } from './VitalsRow.tsx'

interface ContentFieldsProps {
  form: Form
  faults: readonly Fault[]
  onChange: (change: Partial<Form>) => void
  /** Stands between the diagnoses and the fee. */
  prescription: ReactNode
}

/** All that is written in a consultation, in the order in which it is. */
export function ContentFields({ form, faults, onChange, prescription }: ContentFieldsProps) {
  const { t } = useTranslation()
  return (
    <>
      <Block title={t('consultations.part.vitals')} keys="Alt V">
        <VitalsRow texts={form.vitals} faults={faults} onChange={(vitals) => onChange({ vitals })} />
      </Block>
      <Block title={t('consultations.notes')} keys="Alt N">
        <TemplatePicker form={form} onChange={onChange} />
        <Notes form={form} onChange={onChange} />
      </Block>
      <Block title={t('consultations.diagnoses')} keys="Alt D">
        <Diagnoses diagnoses={form.diagnoses} onChange={(diagnoses) => onChange({ diagnoses })} />
      </Block>
      <Block title={t('prescribing.title')} keys="Alt M">
        {prescription}
      </Block>
      <Block title={t('consultations.part.followUp')}>
        <FollowUp form={form} faults={faults} onChange={onChange} />
      </Block>
      <Block title={t('consultations.charges')}>
        <Charges form={form} faults={faults} onChange={onChange} />
      </Block>
    </>
  )
}

/** A part of the page with its name and the key that leads there. */
export function Block({ title, keys, children }: { title: string; keys?: string; children: ReactNode }) {
  return (
    <section className={styles.block}>
      <h2>
        {title}
        {keys === undefined ? null : <Key of={keys} />}
      </h2>
      {children}
    </section>
  )
}
