import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { pairScreen } from '../api.ts'
import styles from './Display.module.css'

/** Makes a browser the screen of the waiting room, once, by the code that an administrator made. */
export function PairForm({ onPaired }: { onPaired: () => void }) {
  const { t } = useTranslation()
  const [code, setCode] = useState('')
  const pair = useMutation({ mutationFn: () => pairScreen(code.trim()), onSuccess: onPaired })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!pair.isPending) pair.mutate()
  }
  return (
    <main className={styles.pair}>
      <form onSubmit={submit}>
        <h1>{t('display.pairTitle')}</h1>
        <p>{t('display.pairHint')}</p>
        <ErrorNotice error={pair.error} />
        <TextInput
          size="lg"
          label={t('display.code')}
          value={code}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Button type="submit" size="lg" loading={pair.isPending} disabled={code.trim() === ''}>
          {t('display.pair')}
        </Button>
      </form>
    </main>
  )
}
