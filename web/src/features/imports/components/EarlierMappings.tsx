import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { formatMoment } from '../../../lib/format.ts'
import { fetchMappings, importKeys } from '../api.ts'
import { fittingMappings, fromWire } from '../mapping.ts'
import type { EarlierMapping } from '../types.ts'

/** So many are offered; the one that is looked for is among the latest. */
const OFFERED = 10

interface EarlierMappingsProps {
  kind: string
  columns: readonly string[]
  onChoose: (earlier: EarlierMapping) => void
}

/** Offers how earlier files with these columns were mapped; nothing where there were none. */
export function EarlierMappings({ kind, columns, onChoose }: EarlierMappingsProps) {
  const { t } = useTranslation()
  const query = useQuery({
    queryKey: importKeys.mappings,
    queryFn: ({ signal }) => fetchMappings(signal),
  })
  const fitting = fittingMappings(query.data ?? [], kind, columns).slice(0, OFFERED)
  if (fitting.length === 0) return null
  const describe = ({ source, usedAt, mapping }: EarlierMapping): string =>
    t('mapping.earlierItem', {
      source,
      when: formatMoment(usedAt),
      columns: Object.values(fromWire(mapping))
        .map((from) =>
          typeof from === 'string' ? from : 'join' in from ? from.join.join(' + ') : from.value,
        )
        .join(', '),
    })
  return (
    <Select
      mb={12}
      label={t('mapping.earlier')}
      placeholder={t('mapping.earlierPick')}
      data={fitting.map((one, index) => ({ value: String(index), label: describe(one) }))}
      // it fills the table below and is no state of its own
      value={null}
      onChange={(value) => {
        const chosen = value === null ? undefined : fitting[Number(value)]
        if (chosen) onChoose(chosen)
      }}
    />
  )
}
