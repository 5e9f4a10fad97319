import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { etagOf } from '../http/conditional.ts'
import { type Reply, type Route, route } from '../http/route.ts'
import { openApiDocument } from './openapi.ts'

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clinic API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" href="/api/docs/favicon-32x32.png">
</head>
<body>
<div id="page"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`

/** Tried calls carry the header that the API asks of its own page. */
const START = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.headers['X-Requested-With'] = 'clinic'
    return request
  },
})
`

const FILES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
  'start.js': 'text/javascript; charset=utf-8',
} as const
type File = keyof typeof FILES

const fileParams = z.object({ file: z.enum(Object.keys(FILES) as [File, ...File[]]) })
const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

type Finished = Extract<Reply, { json: Buffer }>

/** An answer with its ETag; made once, so that many slow readers of a large one share its bytes. */
function finished(bytes: Buffer, headers?: Record<string, string>): Finished {
  return { json: bytes, etag: etagOf(bytes), cache: 'BYPASS', ...(headers && { headers }) }
}

const text = (content: string, type: string): Finished =>
  finished(Buffer.from(content), { 'Content-Type': type, 'Content-Security-Policy': CSP })

const PAGE_ANSWER = text(PAGE, 'text/html; charset=utf-8')
const answers = new Map<File, Finished>([['start.js', text(START, FILES['start.js'])]])

async function fileAnswer(file: File): Promise<Finished> {
  let answer = answers.get(file)
  if (answer === undefined) {
    answer = finished(await readFile(join(folder, file)), { 'Content-Type': FILES[file] })
    answers.set(file, answer)
  }
  return answer
}

/** The API reference: the document made from the route table, and a page that shows it from our own files. */
export function docsRoutes(routes: () => readonly Route[]): Route[] {
  const signedIn = {
    method: 'GET',
    tag: 'operations',
    access: 'session',
    cacheControl: 'private-no-cache',
  } as const
  let document: Finished | undefined
  return [
    route({
      ...signedIn,
      path: '/api/openapi.json',
      summary: 'This API as an OpenAPI 3.1 document',
      limit: 'general',
      async handle() {
        document ??= finished(Buffer.from(JSON.stringify(openApiDocument(routes()))))
        return document
      },
    }),
    route({
      ...signedIn,
      path: '/api/docs',
      summary: 'The API reference as a page',
      limit: 'none',
      handle: async () => PAGE_ANSWER,
    }),
    route({
      ...signedIn,
      path: '/api/docs/:file',
      summary: 'Files of the API reference page',
      limit: 'none',
      params: fileParams,
      handle: ({ params: { file } }) => fileAnswer(file),
    }),
  ]
}
