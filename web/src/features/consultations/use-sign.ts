import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { HttpError } from '../../lib/problem.ts'
import { consultationKeys, signConsultation } from './api.ts'
import { dropDraft } from './save-draft.ts'
import type { Consultation, SignInput } from './types.ts'

export type Next = NonNullable<SignInput['next']>

interface SignParts {
  consultation: Consultation
  /** Where the patient goes; null as the server finds right. */
  next: Next | null
  saveOrder: () => Promise<boolean>
  saveDraft: () => Promise<Consultation | null>
  /** Told of the present consultation when it was changed elsewhere. */
  onOvertaken: (now: Consultation) => void
}

/** What came of it: signed, or what stands in the way. */
type Outcome = { signed: Consultation } | { stoppedBy: 'order' | 'draft' }

const signedOf = (error: unknown): Consultation | null => {
  const now = error instanceof HttpError && error.status === 409 ? error.problem.current : undefined
  return now !== undefined && (now as Consultation).status !== 'draft' ? (now as Consultation) : null
}

/** Saves what is not saved yet, signs, and goes back to the line. */
export function useSign({ consultation, next, saveOrder, saveDraft, onOvertaken }: SignParts) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (): Promise<Outcome> => {
      if (!(await saveOrder())) return { stoppedBy: 'order' }
      const saved = await saveDraft()
      if (saved === null) return { stoppedBy: 'draft' }
      const version = saved.version
      try {
        return { signed: await signConsultation(saved.id, next === null ? { version } : { version, next }) }
      } catch (error) {
        // The answer to an earlier press was lost: it is signed.
        const signed = signedOf(error)
        if (signed === null) throw error
        return { signed }
      }
    },
    onError: (error) => {
      const now = error instanceof HttpError && error.code === 'state/version' && error.problem.current
      // Another kind of record, the ticket, may have been in the way.
      if (now && 'subjective' in (now as object)) onOvertaken(now as Consultation)
    },
    onSuccess: (outcome) => {
      if ('stoppedBy' in outcome) return
      const { signed } = outcome
      dropDraft(signed.id)
      queries.setQueryData(consultationKeys.one(signed.id), signed)
      void queries.invalidateQueries({ queryKey: consultationKeys.own })
      void queries.invalidateQueries({ queryKey: consultationKeys.history(signed.patient.id) })
      notifications.show({
        color: 'brand',
        message: t('consultations.signedNow', { name: consultation.patient.name }),
        closeButtonProps: { 'aria-label': t('action.close') },
      })
      void navigate('/consult')
    },
  })
}
