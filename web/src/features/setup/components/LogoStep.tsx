import { Button, FileButton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { changeLogo, fetchLogo, logoKeys } from '../api.ts'
import { printableOf } from '../picture.ts'
import styles from './SetUp.module.css'

/** The logo at the head of print-outs: as it is on paper, chosen from a file, taken out. */
export function LogoStep() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [unreadable, setUnreadable] = useState(false)
  const query = useQuery({ queryKey: logoKeys.one, queryFn: ({ signal }) => fetchLogo(signal), staleTime: 0 })
  const change = useMutation({
    mutationFn: (image: string | null) => changeLogo(image, query.data?.version ?? 0),
    onSuccess: (next) => queries.setQueryData(logoKeys.one, next),
    onError: () => void queries.invalidateQueries({ queryKey: logoKeys.one }),
  })
  const choose = async (file: File | null): Promise<void> => {
    if (file === null || change.isPending) return
    const image = await printableOf(file)
    setUnreadable(image === null)
    if (image !== null) change.mutate(image)
  }
  const logo = query.data
  return (
    <>
      <ErrorNotice error={query.error ?? change.error} />
      {unreadable ? <Notice tone="bad">{t('setup.logo.unreadable')}</Notice> : null}
      <div className={styles.picture} data-logo={logo?.image == null ? 'none' : 'there'}>
        {logo?.image == null ? (
          t('setup.logo.none')
        ) : (
          <img src={`data:${logo.mediaType};base64,${logo.image}`} alt={t('setup.logo.alt')} />
        )}
      </div>
      <div className={styles.foot}>
        <FileButton accept="image/png,image/jpeg,image/webp" onChange={(file) => void choose(file)}>
          {(button) => (
            <Button
              {...button}
              variant="default"
              loading={change.isPending}
              disabled={logo === undefined}
              aria-label={t('setup.logo.choose')}
            >
              {t('setup.logo.choose')}
            </Button>
          )}
        </FileButton>
        {logo?.image == null ? null : (
          <Button variant="subtle" color="red" loading={change.isPending} onClick={() => change.mutate(null)}>
            {t('setup.logo.remove')}
          </Button>
        )}
      </div>
    </>
  )
}
