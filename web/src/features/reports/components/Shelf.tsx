import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatBytes, formatCount, formatMoment } from '../../../lib/format.ts'
import { type Scrolled, useLongList } from '../../../lib/use-long-list.ts'
import { Empty } from '../../../ui/Empty.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { ListState } from '../../../ui/ListState.tsx'
import { LongTable } from '../../../ui/LongTable.tsx'
import { AsOf, ErrorNotice } from '../../../ui/Notice.tsx'
import { Section } from '../../../ui/Page.tsx'
import ui from '../../../ui/ui.module.css'
import type { RowPlace } from '../../../ui/use-long-rows.ts'
import { resultUrl } from '../../operations/api.ts'
import { useWorkName } from '../../operations/components/OperationName.tsx'
import { fetchFiles, fileKeys, removeFile } from '../api.ts'
import type { ResultFile } from '../types.ts'
import styles from './Reports.module.css'

/** The files that were made and can still be fetched, newest first. */
export function Shelf() {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const list = useLongList({ queryKey: fileKeys.all, keptAs: 'files', read: fetchFiles })
  const remove = useMutation({
    mutationFn: removeFile,
    onSettled: () => queries.invalidateQueries({ queryKey: fileKeys.all }),
  })
  return (
    <Section title={t('reports.shelf')}>
      <AsOf atMs={list.asOfMs} />
      <ErrorNotice error={remove.error} />
      <ListState
        shown={list}
        isEmpty={list.rows.length === 0}
        lines={4}
        empty={<Empty title={t('reports.noFiles')}>{t('reports.noFilesHint')}</Empty>}
      >
        <FileTable list={list} onRemove={(id) => remove.mutate(id)} />
      </ListState>
    </Section>
  )
}

interface FileTableProps {
  list: Scrolled<ResultFile>
  onRemove: (id: string) => void
}

function FileTable({ list, onRemove }: FileTableProps) {
  const { t } = useTranslation()
  return (
    <LongTable
      list={list}
      head={
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
      }
    >
      {(file, place) => <FileRow file={file} place={place} onRemove={() => onRemove(file.id)} />}
    </LongTable>
  )
}

interface FileRowProps {
  file: ResultFile
  place: RowPlace
  onRemove: () => void
}

function FileRow({ file, place, onRemove }: FileRowProps) {
  const { t } = useTranslation()
  const workName = useWorkName()
  const [sure, setSure] = useState(false)
  return (
    <tr {...place} data-file={file.operationId}>
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
