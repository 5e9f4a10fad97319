import { Button, Checkbox, Group, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate } from 'react-router'
import { STATES } from '../../../../../shared/units/states.ts'
import { useUser } from '../../../app/session.tsx'
import { useDraft } from '../../../lib/use-draft.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { useKeyFor } from '../../consultations/papers/once.ts'
import { patientKeys } from '../../patients/api.ts'
import { FormError } from '../../patients/components/FormError.tsx'
import desk from '../../patients/components/NewPatient.module.css'
import fields from '../../patients/components/PatientFields.module.css'
import form from '../../patients/components/PatientForm.module.css'
import type { Picked } from '../../patients/components/PatientPicker.tsx'
import { SlipDialog } from '../../queue/components/SlipDialog.tsx'
import { EMPTY_TICKET, TicketFields, ticketOf } from '../../queue/components/TicketFields.tsx'
import { patchTicket } from '../../queue/live.ts'
import { familyKeys, registerFamily } from '../api.ts'
import styles from '../components/Families.module.css'
import { MemberCard } from '../components/MemberCard.tsx'
import {
  type FamilyForm,
  familyOf,
  faultsOfMember,
  firstName,
  isWhole,
  type MemberForm,
  newMember,
} from '../register.ts'
import type { FamilyMade } from '../types.ts'

const MOST_MEMBERS = 12

function startOf(first: Picked | undefined, queueing: boolean): FamilyForm {
  const known = first === undefined ? [] : [{ ...newMember([], false), picked: first }]
  return {
    name: '',
    members: [...known, newMember(known, true)],
    shared: { address: '', postcode: '', state: '' },
    queueing,
    tickets: 'each',
  }
}

/** Registers a whole family in one go, new members and known ones, with their tickets: all of it or nothing. */
export function NewFamilyPage() {
  const { t, i18n } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const keyFor = useKeyFor()
  const first = (useLocation().state as { first?: Picked } | null)?.first
  const mayQueue = useUser().permissions.includes('queue.write')
  const draft = useDraft<FamilyForm>(
    first === undefined ? 'family.new' : `family.new.${first.id}`,
    startOf(first, mayQueue),
  )
  const [ticket, setTicket] = useState(EMPTY_TICKET)
  const [made, setMade] = useState<FamilyMade | null>(null)
  const element = useRef<HTMLFormElement>(null)
  const { members, shared, name, tickets } = draft.value
  const queueing = mayQueue && draft.value.queueing
  const suggested = firstName(members) === '' ? '' : t('families.nameOf', { name: firstName(members) })
  const create = useMutation({
    mutationFn: () => {
      const family = familyOf(draft.value, name.trim() || suggested, queueing ? ticketOf(ticket) : null)
      return registerFamily(family, keyFor(family))
    },
    onSuccess: (next) => {
      draft.drop()
      void queries.invalidateQueries({ queryKey: patientKeys.list })
      void queries.invalidateQueries({ queryKey: familyKeys.all })
      for (const one of next.tickets) patchTicket(queries, one)
      if (next.tickets.length > 0) return setMade(next)
      return navigate(`/patients/${next.family.members[0]?.patientId ?? ''}`)
    },
  })
  const ready = members.length > 0 && members.every(isWhole)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (ready && !create.isPending) create.mutate()
  }
  const put = (key: number, change: Partial<MemberForm>): void =>
    draft.change({ members: members.map((one) => (one.key === key ? { ...one, ...change } : one)) })
  const faults = (at: number): Record<string, string> =>
    Object.fromEntries(
      faultsOfMember(create.error, at).map(({ field, code, message }) => [
        field,
        code !== undefined && i18n.exists(`reasons.${code}`) ? t(`reasons.${code}`) : message,
      ]),
    )
  const picked = members.flatMap((member) => member.picked?.id ?? [])
  const add = (isNew: boolean): void => draft.change({ members: [...members, newMember(members, isNew)] })
  return (
    <Page title={t('families.register')}>
      <form ref={element} className={desk.desk} onSubmit={submit} noValidate>
        <div className={form.form}>
          {draft.restored && create.isIdle ? (
            <Notice
              action={
                <Button size="xs" variant="default" onClick={draft.drop}>
                  {t('patients.startAnew')}
                </Button>
              }
            >
              {t('patients.draftRestored')}
            </Notice>
          ) : null}
          <div className={styles.members}>
            {members.map((member, at) => (
              <MemberCard
                key={member.key}
                member={member}
                number={at + 1}
                faults={faults(at)}
                without={picked.filter((id) => id !== member.picked?.id)}
                onChange={(change) => put(member.key, change)}
                onRemove={
                  members.length === 1
                    ? undefined
                    : () => draft.change({ members: members.filter(({ key }) => key !== member.key) })
                }
              />
            ))}
          </div>
          {members.length < MOST_MEMBERS ? (
            <Group gap={8}>
              <Button variant="default" leftSection={<Icon name="add" />} onClick={() => add(true)}>
                {t('families.addNew')}
              </Button>
              <Button variant="default" leftSection={<Icon name="search" />} onClick={() => add(false)}>
                {t('families.addKnown')}
              </Button>
            </Group>
          ) : null}
          {members.some(({ isNew }) => isNew) ? (
            <SharedFields
              value={shared}
              onChange={(change) => draft.change({ shared: { ...shared, ...change } })}
            />
          ) : null}
          <TextInput
            label={t('families.name')}
            placeholder={suggested}
            maxLength={120}
            autoComplete="off"
            value={name}
            onChange={(event) => draft.change({ name: event.currentTarget.value })}
          />
          <FormError error={create.error} form={element} />
          <div className={form.actions}>
            <Button type="submit" loading={create.isPending} disabled={!ready}>
              {t(queueing ? 'families.registerAndQueue' : 'families.register')}
            </Button>
            <Button variant="default" onClick={() => void navigate(-1)}>
              {t('action.cancel')}
            </Button>
          </div>
        </div>
        {mayQueue ? (
          <div className={desk.side}>
            <div className={desk.queue}>
              <Checkbox
                label={t('families.queueNow')}
                checked={draft.value.queueing}
                onChange={(event) => draft.change({ queueing: event.currentTarget.checked })}
              />
              {queueing ? (
                <>
                  <SegmentedControl
                    aria-label={t('families.ticketsLabel')}
                    fullWidth
                    data={(['each', 'one'] as const).map((value) => ({
                      value,
                      label: t(`families.tickets.${value}`),
                    }))}
                    value={tickets}
                    onChange={(next) => draft.change({ tickets: next })}
                  />
                  <TicketFields form={ticket} onChange={(change) => setTicket({ ...ticket, ...change })} />
                </>
              ) : null}
            </div>
          </div>
        ) : null}
      </form>
      {made === null ? null : <Slips made={made} onDone={() => void navigate('/queue')} />}
    </Page>
  )
}

interface SharedFieldsProps {
  value: FamilyForm['shared']
  onChange: (change: Partial<FamilyForm['shared']>) => void
}

/** Where the new members live. */
function SharedFields({ value, onChange }: SharedFieldsProps) {
  const { t } = useTranslation()
  return (
    <fieldset className={styles.card} aria-label={t('families.shared')}>
      <strong>{t('families.shared')}</strong>
      <Textarea
        label={t('patients.address')}
        autosize
        minRows={2}
        autoComplete="off"
        value={value.address}
        onChange={(event) => onChange({ address: event.currentTarget.value })}
      />
      <div className={fields.pair}>
        <TextInput
          label={t('patients.postcode')}
          inputMode="numeric"
          maxLength={5}
          autoComplete="off"
          value={value.postcode}
          onChange={(event) => onChange({ postcode: event.currentTarget.value })}
        />
        <Select
          label={t('patients.state')}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('patients.clearState') }}
          data={Object.keys(STATES)}
          value={value.state || null}
          onChange={(state) => onChange({ state: state ?? '' })}
        />
      </div>
    </fieldset>
  )
}

/** The slips of those who came, one after another. */
function Slips({ made, onDone }: { made: FamilyMade; onDone: () => void }) {
  const [at, setAt] = useState(0)
  const ticket = made.tickets[at]
  if (ticket === undefined) return null
  return (
    <SlipDialog
      key={ticket.id}
      ticket={ticket}
      token={ticket.slipToken}
      onClose={() => (at + 1 < made.tickets.length ? setAt(at + 1) : onDone())}
    />
  )
}
