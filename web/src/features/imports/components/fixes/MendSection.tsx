import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatCount } from '../../../../lib/format.ts'
import { HttpError } from '../../../../lib/problem.ts'
import { useDraft } from '../../../../lib/use-draft.ts'
import { Loading } from '../../../../ui/Loading.tsx'
import { ErrorNotice } from '../../../../ui/Notice.tsx'
import { Section } from '../../../../ui/Page.tsx'
import { operationKeys } from '../../../operations/api.ts'
import { patchOperation } from '../../../operations/live.ts'
import { optionsOf } from '../../../operations/options.ts'
import type { Operation } from '../../../operations/types.ts'
import { applyFixes, fetchGroups, fixKeys } from './api.ts'
import { type Choice, type Choices, fixesOf } from './choices.ts'
import { FixPreview } from './FixPreview.tsx'
import styles from './fixes.module.css'
import { GroupTable } from './GroupTable.tsx'
import { MadeFixes } from './MadeFixes.tsx'
import { MendedFile } from './MendedFile.tsx'
import { isMendable } from './mendable.ts'

/** Refused rows are mended a group at a time and run again, or by their file. */
export function MendSection({ operation }: { operation: Operation }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const { id } = operation
  const draft = useDraft<{ choices: Choices }>(`fixes.${id}`, { choices: {} })
  const query = useQuery({
    queryKey: fixKeys.groups(id),
    queryFn: ({ signal }) => fetchGroups(id, signal),
  })
  const groups = query.data?.groups ?? []
  const fixes = fixesOf(groups, draft.value.choices)
  const moved = (next: Operation): void => {
    draft.drop()
    patchOperation(queries, next, true)
  }
  const apply = useMutation({
    mutationFn: () => applyFixes(id, fixes),
    onSuccess: moved,
    // Refused because it moved on in the meantime: show where it stands now.
    onError: (error) => {
      if (error instanceof HttpError && error.status === 409)
        void queries.invalidateQueries({ queryKey: operationKeys.one(id) })
    },
  })
  const choose = (key: string, choice: Choice): void =>
    draft.change({ choices: { ...draft.value.choices, [key]: choice } })
  const chosen = new Set(fixes.map(({ code, column }) => `${code} ${column}`))
  const rows = groups
    .filter(({ code, column }) => chosen.has(`${code} ${column}`))
    .reduce((sum, { count }) => sum + count, 0)
  return (
    <Section title={t('fixes.title')}>
      {isMendable(operation) ? <p className={styles.hint}>{t('fixes.hint')}</p> : null}
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending ? <Loading rows={4} /> : null}
      {groups.length > 0 ? (
        <>
          <GroupTable
            groups={groups}
            choices={draft.value.choices}
            isStrict={optionsOf(operation).strictness !== 'lenient'}
            onChoose={choose}
          />
          <FixPreview id={id} fixes={fixes} />
          <ErrorNotice error={apply.error} />
        </>
      ) : null}
      {isMendable(operation) ? (
        <div className={styles.apply}>
          <MendedFile id={id} onSent={moved} />
          <Button
            disabled={fixes.length === 0 || apply.isPending}
            loading={apply.isPending}
            onClick={() => apply.mutate()}
          >
            {fixes.length === 0
              ? t('fixes.applyNone')
              : t('fixes.apply', { count: rows, shown: formatCount(rows) })}
          </Button>
        </div>
      ) : null}
      <MadeFixes fixes={query.data?.fixes ?? []} />
    </Section>
  )
}
