import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ErrorNotice } from '../../../ui/Notice.tsx'
import { Page } from '../../../ui/Page.tsx'
import { useKindName } from '../../operations/components/OperationName.tsx'
import { fetchKinds, importKeys, templateUrl } from '../api.ts'
import { FileDrop } from '../components/FileDrop.tsx'
import { ImportSetup } from '../components/ImportSetup.tsx'

const FIRST_KIND = 'patients'

/** A file is chosen, looked at together, and started. */
export function NewImportPage() {
  const { t } = useTranslation()
  const kindName = useKindName()
  const [kind, setKind] = useState(FIRST_KIND)
  const [file, setFile] = useState<File | null>(null)
  const kinds = useQuery({
    queryKey: importKeys.kinds,
    queryFn: ({ signal }) => fetchKinds(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const known = kinds.data ?? []
  const chosen = known.find((one) => one.kind === kind) ?? known[0]
  return (
    <Page
      title={t('newImport.title')}
      side={
        <>
          {chosen && file === null ? (
            <a href={templateUrl(chosen.kind)} download>
              {t('newImport.template')}
            </a>
          ) : null}
          <Link to="/imports">{t('newImport.back')}</Link>
        </>
      }
    >
      <ErrorNotice error={kinds.error} onRetry={() => void kinds.refetch()} />
      {known.length > 1 && file === null ? (
        <Select
          mb={16}
          maw={280}
          label={t('newImport.kind')}
          allowDeselect={false}
          data={known.map((one) => ({ value: one.kind, label: kindName(one.kind) }))}
          value={chosen?.kind ?? kind}
          onChange={(value) => value && setKind(value)}
        />
      ) : null}
      {chosen && file !== null ? (
        <ImportSetup
          key={`${file.name} ${file.size} ${file.lastModified}`}
          kind={chosen}
          file={file}
          onOther={() => setFile(null)}
        />
      ) : (
        <FileDrop onFile={setFile} />
      )}
    </Page>
  )
}
