import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { startI18n } from '../lib/i18n.ts'
import { LongTable } from './LongTable.tsx'

afterEach(async () => {
  await scrollTo(0)
  cleanup()
  vi.restoreAllMocks()
})

const ROWS = 100_000
/** What fits into a window twice as high as any, and those that are drawn beyond its edges. */
const AT_MOST_DRAWN = 100
const ROW_PX = 39

const rows = Array.from({ length: ROWS }, (_, index) => ({ id: String(index), name: `Row ${index}` }))
const drawn = (): string[] => screen.getAllByRole('cell').map((cell) => cell.textContent ?? '')

async function draw(more: boolean, onMore = vi.fn()) {
  await startI18n('en')
  // Where nothing is laid out, nothing would have a height either.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(ROW_PX)
  vi.spyOn(HTMLElement.prototype, 'getBoundingClientRect').mockImplementation(
    () => new DOMRect(0, -window.scrollY, 800, ROW_PX),
  )
  render(
    <LongTable
      list={{ rows, more, onMore }}
      head={
        <tr>
          <th>Name</th>
        </tr>
      }
    >
      {(row, place) => (
        <tr {...place}>
          <td>{row.name}</td>
        </tr>
      )}
    </LongTable>,
  )
  return onMore
}

async function scrollTo(px: number) {
  await act(async () => {
    Object.defineProperty(window, 'scrollY', { value: px, configurable: true })
    fireEvent.scroll(window)
    fireEvent(window, new Event('scrollend'))
  })
}

it('draws of a hundred thousand rows those in sight, wherever one scrolls to', async () => {
  const onMore = await draw(false)
  expect(drawn()).toContain('Row 0')
  expect(drawn().length).toBeLessThan(AT_MOST_DRAWN)
  await scrollTo(50_000 * ROW_PX)
  await expect.poll(drawn).toContain('Row 50000')
  expect(drawn().length).toBeLessThan(AT_MOST_DRAWN)
  expect(drawn()).not.toContain('Row 0')
  expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe(String(ROWS))
  expect(onMore).not.toHaveBeenCalled()
})

it('asks for more rows before the last one is reached, and not long before', async () => {
  const onMore = await draw(true)
  expect(onMore).not.toHaveBeenCalled()
  await scrollTo((ROWS - 30) * ROW_PX)
  await expect.poll(() => onMore.mock.calls.length).toBeGreaterThan(0)
  expect(drawn().length).toBeLessThan(AT_MOST_DRAWN)
})
