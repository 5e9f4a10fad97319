import { ActionIcon, Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../../lib/error-text.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { Icon } from '../../../ui/icons.tsx'
import { consultationKeys, fetchOwn, findCodes } from '../api.ts'
import { favouritesOf } from '../known.ts'
import type { Diagnosis } from '../types.ts'
import styles from './Consultation.module.css'
import { Picker } from './Picker.tsx'

const TYPING_PAUSE_MS = 200
const SHORTEST_QUERY = 2
const FRESH_MS = 10 * 60_000
const MAX_TEXT = 255

interface Choice {
  code: string | null
  title: string
}

interface DiagnosesProps {
  diagnoses: readonly Diagnosis[]
  onChange: (diagnoses: Diagnosis[]) => void
}

const known = ({ code, text }: Pick<Diagnosis, 'code' | 'text'>): string => code ?? `“${text}`

/** The list with exactly one primary diagnosis, the first where none is said to be. */
const withPrimary = (list: readonly Diagnosis[], primary: Diagnosis | undefined): Diagnosis[] =>
  list.map((one) => ({ ...one, primary: one === (primary ?? list[0]) }))

/** What the patient has: codes found while typing, one's usual ones first, or plain words. */
export function Diagnoses({ diagnoses, onChange }: DiagnosesProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const found = useChoices(text)
  const remove = (gone: Diagnosis): void => {
    const left = diagnoses.filter((one) => one !== gone)
    onChange(
      withPrimary(
        left,
        left.find(({ primary }) => primary),
      ),
    )
  }
  const add = ({ code, title }: Choice): void => {
    setText('')
    const next: Diagnosis = {
      code,
      title: code === null ? null : title,
      text: code === null ? title : null,
      primary: false,
    }
    if (diagnoses.some((one) => known(one) === known(next))) return
    const all = [...diagnoses, next]
    onChange(
      withPrimary(
        all,
        all.find(({ primary }) => primary),
      ),
    )
  }
  return (
    <div>
      <ul className={styles.diagnoses} aria-label={t('consultations.diagnoses')}>
        {diagnoses.map((one) => (
          <li key={known(one)} className={styles.diagnosis} data-primary={one.primary || undefined}>
            {one.code === null ? null : <span className={styles.code}>{one.code}</span>}
            <span className={styles.grow}>{[one.title, one.text].filter(Boolean).join(' · ')}</span>
            {one.primary ? (
              <span className={styles.dim}>{t('consultations.primary')}</span>
            ) : (
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={() => onChange(withPrimary(diagnoses, one))}
              >
                {t('consultations.makePrimary')}
              </Button>
            )}
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('consultations.removeOne', { name: one.code ?? one.text ?? '' })}
              onClick={() => remove(one)}
            >
              <Icon name="close" size={14} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <Picker
        jump="diagnosis"
        label={t('consultations.addDiagnosis')}
        placeholder={t('consultations.diagnosisHint')}
        text={text}
        onText={setText}
        items={found.items}
        isSettled={found.isSettled}
        keyOf={(choice) => known({ code: choice.code, text: choice.title })}
        draw={({ code, title }) =>
          code === null ? (
            <span>{t('consultations.asWords', { words: title })}</span>
          ) : (
            <>
              <span className={styles.code}>{code}</span>
              <span>{title}</span>
            </>
          )
        }
        onChoose={add}
        onBack={() => {
          const last = diagnoses.at(-1)
          if (last !== undefined) remove(last)
        }}
        note={found.error ?? (text === '' && found.items.length > 0 ? t('consultations.usual') : null)}
      />
    </div>
  )
}

/** What may be meant by what was typed; with nothing typed, what this doctor used last. */
function useChoices(text: string): { items: Choice[]; isSettled: boolean; error: string | null } {
  const typed = text.trim()
  const wanted = useDebounced(typed, TYPING_PAUSE_MS)
  const isLong = wanted.length >= SHORTEST_QUERY
  const own = useQuery({
    queryKey: consultationKeys.own,
    queryFn: ({ signal }) => fetchOwn(signal),
    staleTime: FRESH_MS,
  })
  const query = useQuery({
    queryKey: consultationKeys.icd10(wanted),
    queryFn: ({ signal }) => findCodes(wanted, signal),
    enabled: isLong,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
  })
  const isAborted = query.error instanceof HttpError && query.error.aborted
  const error = query.error !== null && !isAborted ? errorText(query.error) : null
  if (typed.length < SHORTEST_QUERY) return { items: favouritesOf(own.data), isSettled: true, error: null }
  const words: Choice = { code: null, title: typed.slice(0, MAX_TEXT) }
  const isSettled = wanted === typed && !query.isPlaceholderData && !query.isFetching
  return { items: [...(isLong ? (query.data ?? []) : []), words], isSettled, error }
}
