import { createServer } from 'node:http'

// The limit of the read bench: the same bytes from the barest server, told over the environment.
const body = Buffer.from(process.env.BODY ?? '', 'base64')
const server = createServer((_req, res) => {
  res.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length })
  res.end(body)
})
server.listen(0, '127.0.0.1', () => {
  const at = server.address()
  process.send?.(typeof at === 'object' ? at?.port : 0)
})
