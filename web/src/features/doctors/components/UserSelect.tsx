import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { fetchUsers, userKeys } from '../../users/api.ts'

interface UserSelectProps {
  /** Id of a user, or ''. */
  value: string
  onChange: (userId: string) => void
}

/** The account that a doctor signs in with, among those whose role lets them see patients as one. */
export function UserSelect({ value, onChange }: UserSelectProps) {
  const { t } = useTranslation()
  const { data } = useQuery({
    queryKey: userKeys.page(1),
    queryFn: ({ signal }) => fetchUsers(1, signal),
    staleTime: 0,
  })
  const users = (data?.data ?? []).filter(
    (user) => user.id === value || (user.active && ['doctor', 'super_admin', 'admin'].includes(user.role)),
  )
  const known = users.map(({ id, name, username }) => ({ value: id, label: `${name} (${username})` }))
  const options =
    value === '' || users.some(({ id }) => id === value) ? known : [...known, { value, label: value }]
  return (
    <Select
      label={t('doctors.userId')}
      placeholder={t('doctors.noUser')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('doctors.clearUser') }}
      data={options}
      value={value === '' ? null : value}
      onChange={(next) => onChange(next ?? '')}
    />
  )
}
