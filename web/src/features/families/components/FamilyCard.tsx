import { Button, Group, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { PatientPicker, type Picked } from '../../patients/components/PatientPicker.tsx'
import { addMember, changeMember, deleteFamily, familyKeys, removeMember, renameFamily } from '../api.ts'
import type { Family, Relation } from '../types.ts'
import styles from './Families.module.css'
import { RelationSelect } from './RelationSelect.tsx'

interface FamilyCardProps {
  family: Family
  /** Whose page this is. */
  patientId: string
  mayWrite: boolean
}

/** One family: everybody in it by what they are, and how to add and take out. */
export function FamilyCard({ family, patientId, mayWrite }: FamilyCardProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [adding, setAdding] = useState(false)
  const [naming, setNaming] = useState(false)
  const act = useMutation({
    mutationFn: (action: () => Promise<unknown>) => action(),
    onSuccess: () => {
      setAdding(false)
      setNaming(false)
    },
    // Refused or not: what is shown next is the family as it is.
    onSettled: () => queries.invalidateQueries({ queryKey: familyKeys.all }),
  })
  const run = (action: () => Promise<unknown>): void => {
    if (!act.isPending) act.mutate(action)
  }
  return (
    <section className={styles.family} aria-label={family.name}>
      {naming ? (
        <Rename
          family={family}
          busy={act.isPending}
          onName={(name) => run(() => renameFamily(family, name))}
          onClose={() => setNaming(false)}
        />
      ) : (
        <h3>{family.name}</h3>
      )}
      <ErrorNotice error={act.error} />
      <ul>
        {family.members.map((member) => (
          <li key={member.patientId}>
            <span className={styles.member}>
              {member.patientId === patientId ? (
                <strong>{member.name}</strong>
              ) : (
                <Link to={`/patients/${member.patientId}`}>{member.name}</Link>
              )}
              <span className={styles.number}>{member.clinicNumber}</span>
            </span>
            {mayWrite ? (
              <>
                <RelationSelect
                  quiet
                  label={t('families.relationOf', { name: member.name })}
                  value={member.relation}
                  onChange={(relation) => run(() => changeMember(family, member.patientId, relation))}
                />
                <Button
                  size="xs"
                  variant="subtle"
                  aria-label={t('families.takeOut', { name: member.name })}
                  onClick={() => run(() => removeMember(family, member.patientId))}
                >
                  {t('families.remove')}
                </Button>
              </>
            ) : (
              <span>{t(`families.relation.${member.relation}`)}</span>
            )}
          </li>
        ))}
      </ul>
      {adding ? (
        <AddMember
          family={family}
          busy={act.isPending}
          onAdd={(picked, relation) => run(() => addMember(family, picked.id, relation))}
          onClose={() => setAdding(false)}
        />
      ) : null}
      {mayWrite && !adding ? (
        <Group>
          <Button size="xs" variant="default" onClick={() => setAdding(true)}>
            {t('families.add')}
          </Button>
          {naming ? null : (
            <Button size="xs" variant="default" onClick={() => setNaming(true)}>
              {t('families.rename')}
            </Button>
          )}
          <Button size="xs" variant="subtle" color="red" onClick={() => run(() => deleteFamily(family))}>
            {t('families.delete')}
          </Button>
        </Group>
      ) : null}
    </section>
  )
}

interface RenameProps {
  family: Family
  busy: boolean
  onName: (name: string) => void
  onClose: () => void
}

function Rename({ family, busy, onName, onClose }: RenameProps) {
  const { t } = useTranslation()
  const [name, setName] = useState(family.name)
  return (
    <form
      className={styles.rename}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() === family.name) onClose()
        else if (name.trim() !== '') onName(name.trim())
      }}
    >
      <TextInput
        autoFocus
        label={t('families.name')}
        maxLength={120}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
      />
      <Button type="submit" size="xs" loading={busy} disabled={name.trim() === ''}>
        {t('families.rename')}
      </Button>
      <Button size="xs" variant="default" onClick={onClose}>
        {t('action.cancel')}
      </Button>
    </form>
  )
}

interface AddMemberProps {
  family: Family
  busy: boolean
  onAdd: (picked: Picked, relation: Relation) => void
  onClose: () => void
}

function AddMember({ family, busy, onAdd, onClose }: AddMemberProps) {
  const { t } = useTranslation()
  const [picked, setPicked] = useState<Picked | null>(null)
  const [relation, setRelation] = useState<Relation>('child')
  return (
    <form
      className={styles.add}
      onSubmit={(event) => {
        event.preventDefault()
        if (picked !== null) onAdd(picked, relation)
      }}
    >
      <PatientPicker
        label={t('families.who')}
        value={picked}
        onChange={setPicked}
        without={family.members.map((member) => member.patientId)}
      />
      <RelationSelect label={t('families.is')} value={relation} onChange={setRelation} />
      <Group>
        <Button type="submit" size="xs" disabled={picked === null} loading={busy}>
          {t('families.add')}
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          {t('action.cancel')}
        </Button>
      </Group>
    </form>
  )
}
