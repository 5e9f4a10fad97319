import { Button } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes, formatCount, formatMoment } from '../../../lib/format.ts'
import { useKept } from '../../../lib/use-kept.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/Loading.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import { resultUrl } from '../../operations/api.ts'
import { useWorkName } from '../../operations/components/OperationName.tsx'
import { fetchFiles, fileKeys, removeFile } from '../api.ts'
import type { ResultFile } from '../types.ts'
import styles from './Reports.module.css'

/** The files that were made and can still be fetched, newest first. */
export function Shelf() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const query = useInfiniteQuery({
    queryKey: fileKeys.all,
    queryFn: ({ pageParam, signal }) => fetchFiles(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.meta.next,
    staleTime: 0,
  })
  const shown = useKept('files', query)
  const files = shown.data?.pages.flatMap((page) => page.data) ?? []
  const remove = useMutation({
    mutationFn: removeFile,
    onSettled: () => queries.invalidateQueries({ queryKey: fileKeys.all }),
  })
  return (
    <Section title={t('reports.shelf')}>
      <AsOf atMs={shown.asOfMs} />
      <ErrorNotice error={shown.error ?? remove.error} onRetry={() => void query.refetch()} />
      {shown.isPending ? <Loading rows={4} /> : null}
      {shown.data && files.length === 0 ? (
        <Empty title={t('reports.noFiles')}>{t('reports.noFilesHint')}</Empty>
      ) : null}
      {files.length > 0 ? <FileTable files={files} onRemove={(id) => remove.mutate(id)} /> : null}
      {query.hasNextPage ? (
        <Button
          mt={12}
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('reports.more')}
        </Button>
      ) : null}
    </Section>
  )
}

function FileTable({ files, onRemove }: { files: readonly ResultFile[]; onRemove: (id: string) => void }) {
  const { t } = useTranslation()
  return (
    <div className={ui.tableWrap}>
      <table className={ui.table}>
        <thead>
          <tr>
            <th>{t('reports.file')}</th>
            <th className={ui.wideOnly}>{t('reports.what')}</th>
            <th className={`${ui.num} ${ui.wideOnly}`}>{t('reports.rows')}</th>
            <th className={`${ui.num} ${ui.wideOnly}`}>{t('reports.size')}</th>
            <th className={ui.wideOnly}>{t('reports.made')}</th>
            <th className={ui.wideOnly}>{t('reports.expires')}</th>
            <th>
              <span className="sr-only">{t('reports.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <FileRow key={file.id} file={file} onRemove={() => onRemove(file.id)} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function FileRow({ file, onRemove }: { file: ResultFile; onRemove: () => void }) {
  const { t } = useTranslation()
  const workName = useWorkName()
  const [sure, setSure] = useState(false)
  return (
    <tr data-file={file.operationId}>
      <td className={styles.file}>{file.name}</td>
      <td className={ui.wideOnly}>{workName(file.type, file.kind)}</td>
      <td className={`${ui.num} ${ui.wideOnly}`}>{formatCount(file.rows)}</td>
      <td className={`${ui.num} ${ui.wideOnly}`}>{formatBytes(file.bytes)}</td>
      <td className={ui.wideOnly}>{formatMoment(file.createdAt)}</td>
      <td className={ui.wideOnly}>{formatMoment(file.expiresAt)}</td>
      <td>
        <div className={styles.acts}>
          <Button
            component="a"
            href={resultUrl(file.operationId)}
            download
            size="compact-sm"
            variant="default"
            aria-label={t('reports.downloadOf', { name: file.name })}
            leftSection={<Icon name="download" size={16} />}
          >
            {t('reports.download')}
          </Button>
          <Button
            size="compact-sm"
            variant={sure ? 'filled' : 'subtle'}
            color={sure ? 'red' : 'gray'}
            aria-label={t(sure ? 'reports.removeSureOf' : 'reports.removeOf', { name: file.name })}
            onClick={() => (sure ? onRemove() : setSure(true))}
            onBlur={() => setSure(false)}
          >
            {t(sure ? 'reports.removeSure' : 'reports.remove')}
          </Button>
        </div>
      </td>
    </tr>
  )
}
