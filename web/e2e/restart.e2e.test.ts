import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { BASE_URL, peopleHere, signIn, uniqueName } from './lib.ts'

const person = peopleHere()
const UP_AGAIN = { timeout: 120_000, interval: 100 }

/** The process that serves this run, as its own launcher wrote it down. */
const apiPid = (): number => {
  const state = readFileSync(path.join(process.env.DATA_DIR ?? '', 'state.json'), 'utf8')
  const { app } = JSON.parse(state) as { app: { url: string; pids: { api: number } } }
  if (app.url !== BASE_URL) throw new Error('This is not the system that the tests run against')
  return app.pids.api
}

it('the server is killed under open pages and comes back: nothing typed is lost, and they follow again', async () => {
  const board = await person()
  const desk = await person()
  await signIn(board.page)
  await signIn(desk.page, 'assistant')
  await board.page.goto('/queue')
  await board.page.getByText('Live', { exact: true }).waitFor()
  await desk.page.goto('/patients/new')
  const name = uniqueName('Zaiton binti')
  await desk.page.fill('form input[name=name]', name)

  const before = apiPid()
  process.kill(before, 'SIGKILL')
  await board.page.getByText('Live', { exact: true }).waitFor({ state: 'detached' })
  await expect.poll(apiPid, UP_AGAIN).not.toBe(before)
  await expect
    .poll(async () => (await fetch(`${BASE_URL}/readyz`).catch(() => null))?.status, UP_AGAIN)
    .toBe(200)
  // Both are still signed in, by themselves.
  await board.page.getByText('Live', { exact: true }).waitFor()

  expect(await desk.page.inputValue('form input[name=name]')).toBe(name)
  const answer = desk.page.waitForResponse('**/api/registrations')
  await desk.page.getByRole('button', { name: 'Register and queue' }).click()
  const { ticket } = (await (await answer).json()) as { ticket: { number: string } }
  await board.page.locator(`[data-ticket="${ticket.number}"]`).getByText(name).waitFor()
  expect(await board.page.locator('#main [data-ticket]').filter({ hasText: name }).count()).toBe(1)
  expect([...board.faults, ...desk.faults]).toEqual([])
})
