import { Button, FileButton, Group, Input } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice, Notice } from '../../../ui/Notice.tsx'
import { printableOf } from '../../setup/picture.ts'
import { changeSignature, type Doctor, doctorKeys, fetchSignature } from '../api.ts'

const HEIGHT_PX = 72

interface SignatureFieldProps {
  doctor: Doctor
  /** The doctor has another version now. */
  onVersion: (version: number) => void
}

/** The picture that stands on a doctor's new certificates and letters: chosen from a file, or taken out. */
export function SignatureField({ doctor, onVersion }: SignatureFieldProps) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [unreadable, setUnreadable] = useState(false)
  const key = doctorKeys.signature(doctor.id)
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => fetchSignature(doctor.id, signal),
    staleTime: 0,
  })
  const change = useMutation({
    mutationFn: (image: string | null) => changeSignature(doctor.id, image, query.data?.version ?? 0),
    onSuccess: (next) => {
      queries.setQueryData(key, next)
      onVersion(next.version)
      return queries.invalidateQueries({ queryKey: doctorKeys.all, exact: true })
    },
    onError: () => void queries.invalidateQueries({ queryKey: key }),
  })
  const choose = async (file: File | null): Promise<void> => {
    if (file === null || change.isPending) return
    const image = await printableOf(file)
    setUnreadable(image === null)
    if (image !== null) change.mutate(image)
  }
  const picture = query.data
  return (
    <Input.Wrapper label={t('doctors.signature')} labelElement="div" description={t('doctors.signatureHint')}>
      <ErrorNotice error={query.error ?? change.error} />
      {unreadable ? <Notice tone="bad">{t('doctors.signatureUnreadable')}</Notice> : null}
      {picture?.image == null ? null : (
        <img
          src={`data:${picture.mediaType};base64,${picture.image}`}
          alt={t('doctors.signatureOf', { name: doctor.name })}
          style={{ display: 'block', maxHeight: HEIGHT_PX, maxWidth: '100%', margin: '8px 0' }}
        />
      )}
      <Group gap="xs" mt={8}>
        <FileButton accept="image/png,image/jpeg,image/webp" onChange={(file) => void choose(file)}>
          {(button) => (
            <Button
              {...button}
              size="compact-sm"
              variant="default"
              loading={change.isPending}
              disabled={picture === undefined}
            >
              {t('doctors.chooseSignature')}
            </Button>
          )}
        </FileButton>
        {picture?.image == null ? null : (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            loading={change.isPending}
            onClick={() => change.mutate(null)}
          >
            {t('doctors.removeSignature')}
          </Button>
        )}
      </Group>
    </Input.Wrapper>
  )
}
