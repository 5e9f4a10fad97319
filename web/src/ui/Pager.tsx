import { Pagination } from '@mantine/core'
import { useTranslation } from 'react-i18next'

interface PagerProps {
  page: number
  pages: number
  onPage: (page: number) => void
}

/** The pages of a list, where it has more than one. */
export function Pager({ page, pages, onPage }: PagerProps) {
  const { t } = useTranslation()
  if (pages <= 1) return null
  return (
    <Pagination
      mt={12}
      size="sm"
      value={page}
      total={pages}
      onChange={onPage}
      getItemProps={(number) => ({ 'aria-label': t('state.page', { number }) })}
      getControlProps={(control) => ({
        'aria-label': t(control === 'next' || control === 'last' ? 'state.nextPage' : 'state.previousPage'),
      })}
    />
  )
}
