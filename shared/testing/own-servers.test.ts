import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPool } from './database.ts'
import { type OwnServers, ownServers } from './own-servers.ts'

let servers: OwnServers

beforeAll(async () => {
  servers = await ownServers()
})
afterAll(() => servers.close())

it('kills a database and brings it back on the same port with its rows', async () => {
  const db = openPool(servers.services.databaseUrl)
  try {
    const before = await db('installation').first('epoch')
    servers.signal('mariadb', 'SIGKILL')
    await expect(db.raw('select sleep(1)')).rejects.toThrow()
    await servers.revive()
    expect(await db('installation').first('epoch')).toEqual(before)
  } finally {
    await db.destroy()
  }
})
