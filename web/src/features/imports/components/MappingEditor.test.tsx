import { cleanup, fireEvent, screen, within } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { drawPage } from '../../../testing.tsx'
import type { Mapping } from '../types.ts'
import { MappingEditor } from './MappingEditor.tsx'

const FIELDS = [
  { name: 'name', required: true, format: '', example: '' },
  { name: 'phone', required: true, format: '', example: '' },
]
const ROWS = [
  { row: 1, line: 2, values: { name: 'Siti Aminah', phone: null }, leftOut: [], problems: [] },
  { row: 2, line: 3, values: { name: 'Ng Wei', phone: null }, leftOut: [], problems: [] },
]

async function draw(mapping: Mapping, lenient = false) {
  const onChange = vi.fn<(mapping: Mapping) => void>()
  await drawPage(
    <MappingEditor
      fields={FIELDS}
      columns={['NAMA', 'TEL']}
      rows={ROWS}
      mapping={mapping}
      lenient={lenient}
      onChange={onChange}
    />,
    '/',
    '/',
  )
  return onChange
}

afterEach(cleanup)

describe('MappingEditor', () => {
  it('shows examples from the file and marks what is needed and missing', async () => {
    await draw({ name: 'NAMA' })
    const [, name, phone] = screen.getAllByRole('row')
    expect(within(name as HTMLElement).getByText('Siti Aminah · Ng Wei')).toBeTruthy()
    expect(name?.dataset.missing).toBe('false')
    expect(phone?.dataset.missing).toBe('true')
  })

  it('needs only the name when lenient', async () => {
    await draw({}, true)
    const rows = screen.getAllByRole('row').slice(1)
    expect(rows.map((row) => row.dataset.missing)).toEqual(['true', 'false'])
  })

  it('chooses a column from the list', async () => {
    const onChange = await draw({ name: 'NAMA' })
    fireEvent.click(screen.getByRole('combobox', { name: 'Phone comes from' }))
    fireEvent.click(await screen.findByRole('option', { name: 'TEL' }))
    expect(onChange).toHaveBeenCalledWith({ name: 'NAMA', phone: 'TEL' })
  })

  it('takes the same text for every row', async () => {
    const onChange = await draw({ name: 'NAMA', phone: { value: '' } })
    fireEvent.change(screen.getByLabelText('Phone comes from: the value'), { target: { value: '03' } })
    expect(onChange).toHaveBeenCalledWith({ name: 'NAMA', phone: { value: '03' } })
  })

  it('joins columns with a text between them', async () => {
    const onChange = await draw({ name: { join: ['NAMA', 'TEL'], with: ' ' } })
    fireEvent.change(screen.getByLabelText('Name comes from: text between them'), { target: { value: ', ' } })
    expect(onChange).toHaveBeenCalledWith({ name: { join: ['NAMA', 'TEL'], with: ', ' } })
  })
})
