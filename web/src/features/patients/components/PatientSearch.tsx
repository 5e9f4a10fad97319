import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type RefObject, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { errorText } from '../../../lib/error-text.ts'
import { HttpError } from '../../../lib/problem.ts'
import { useDebounced } from '../../../lib/use-debounced.ts'
import { Icon } from '../../../ui/icons.tsx'
import ui from '../../../ui/ui.module.css'
import { patientKeys, searchPatients } from '../api.ts'
import type { Patient } from '../types.ts'
import styles from './PatientSearch.module.css'
import { SearchOption } from './SearchOption.tsx'

const TYPING_PAUSE_MS = 200
const SHORTEST_QUERY = 2

/** The one search box: any part of name, identity number, phone or clinic number; arrows and Enter. */
export function PatientSearch({ inputRef }: { inputRef: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const listId = useId()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [picked, setPicked] = useState(0)
  const wanted = useDebounced(text.trim(), TYPING_PAUSE_MS)
  const long = wanted.length >= SHORTEST_QUERY
  const query = useQuery({
    queryKey: patientKeys.search(wanted),
    queryFn: ({ signal }) => searchPatients(wanted, signal),
    enabled: long,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    gcTime: 60_000,
  })
  const found = long ? (query.data ?? []) : []
  const current = Math.min(picked, found.length - 1)
  const shown = open && text.trim().length >= SHORTEST_QUERY

  const go = (patient: Patient | undefined): void => {
    if (!patient) return
    setOpen(false)
    setText('')
    inputRef.current?.blur()
    void navigate(`/patients/${patient.id}`)
  }
  // What is shown may still belong to older letters: Enter waits for the answer to what was typed.
  const isSettled = wanted === text.trim() && !query.isPlaceholderData
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setPicked(Math.min(current + 1, found.length - 1))
    else if (event.key === 'ArrowUp') setPicked(Math.max(current - 1, 0))
    else if (event.key === 'Enter' && isSettled) go(found[current])
    else if (event.key === 'Escape') {
      if (!open || text === '') inputRef.current?.blur()
      setOpen(false)
    } else return
    event.preventDefault()
  }

  return (
    <search className={styles.box}>
      <div className={styles.field}>
        <Icon name="search" />
        <input
          ref={inputRef}
          className={styles.input}
          type="text"
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          aria-label={t('search.label')}
          placeholder={t('search.placeholder')}
          aria-expanded={shown}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={shown && found[current] ? `${listId}-${current}` : undefined}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setPicked(0)
            setOpen(true)
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        <kbd className={`${ui.kbd} ${styles.hint}`}>/</kbd>
      </div>
      <span className="sr-only" role="status">
        {shown && query.isSuccess && !query.isPlaceholderData
          ? t('search.count', { count: found.length })
          : ''}
      </span>
      <div className={styles.panel} hidden={!shown}>
        <div
          id={listId}
          className={styles.options}
          role="listbox"
          aria-label={t('search.results')}
          aria-busy={!isSettled}
        >
          {found.map((patient, index) => (
            <SearchOption
              key={patient.id}
              id={`${listId}-${index}`}
              patient={patient}
              query={wanted}
              selected={index === current}
              onPoint={() => setPicked(index)}
              onChoose={() => go(patient)}
            />
          ))}
        </div>
        <SearchNote
          error={query.error}
          none={query.isSuccess && !query.isPlaceholderData && found.length === 0 && long}
        />
      </div>
    </search>
  )
}

function SearchNote({ error, none }: { error: unknown; none: boolean }) {
  const { t } = useTranslation()
  if (error && !(error instanceof HttpError && error.aborted))
    return <div className={styles.note}>{errorText(error)}</div>
  return none ? <div className={styles.note}>{t('search.none')}</div> : null
}
