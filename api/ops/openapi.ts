import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { ERRORS, type ErrorCode } from '../../shared/errors/table.ts'
import type { Access, Route } from '../http/route.ts'

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string().optional(),
    instance: z.string().optional(),
    requestId: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem document; never repeats a submitted value' })

const COMPONENT = '#/components/'
const MULTIPART = { type: 'object', additionalProperties: true } as const

/** `/api/patients/:id` as OpenAPI writes it. */
export const openApiPath = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

const accessText = (access: Access): string => {
  if (access === 'open') return 'Open to all.'
  if (access === 'session') return 'Whoever is signed in.'
  return `Needs ${access.anyOf.map((permission) => `\`${permission}\``).join(' or ')}.`
}

const LIMIT_TEXT: Record<Route['limit'], string> = {
  general: 'Counts against the general limit.',
  auth: 'Counts against the sign-in limit.',
  heavy: 'Counts against the limit of heavy requests.',
  stream: 'A stream; has a limit of its own.',
  none: 'Not limited.',
}

/** The status of success, as far as the table knows it: what a POST answers depends on what it does. */
function successOf({ method, response }: Route): '200' | '204' | '2XX' {
  if (method === 'POST') return '2XX'
  return method === 'DELETE' && response === undefined ? '204' : '200'
}

function responsesOf(route: Route): ZodOpenApiResponsesObject {
  const { method, response, access, body, query, params, mode } = route
  const errorAnswer = { $ref: `${COMPONENT}responses/Problem` }
  const contentType = mode === 'stream' ? 'text/event-stream' : 'application/json'
  const content = response === undefined ? {} : { content: { [contentType]: { schema: response } } }
  const takesInput = body !== undefined || query !== undefined || params !== undefined
  return {
    [successOf(route)]: { description: 'Done', ...content },
    ...(method === 'GET' && mode === undefined
      ? { '304': { description: 'The client has it already' } }
      : {}),
    ...(takesInput ? { '400': errorAnswer } : {}),
    ...(access === 'open' ? {} : { '401': errorAnswer, '403': errorAnswer }),
    default: errorAnswer,
  }
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { method, path, tag, summary, access, limit, mode, params, query, body } = route
  const requestParams = {
    ...(params instanceof z.ZodObject ? { path: params } : {}),
    ...(query instanceof z.ZodObject ? { query } : {}),
  }
  const requestBody =
    mode === 'upload'
      ? { requestBody: { required: true, content: { 'multipart/form-data': { schema: MULTIPART } } } }
      : body === undefined
        ? {}
        : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+(\w?)/g, (_, next: string) => next.toUpperCase())}`,
    tags: [tag],
    summary,
    description: `${accessText(access)} ${LIMIT_TEXT[limit]}`,
    ...(access === 'open' ? { security: [] } : {}),
    requestParams,
    ...requestBody,
    responses: responsesOf(route),
  }
}

function pathsOf(routes: readonly Route[]): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const route of routes) {
    const path = openApiPath(route.path)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return paths
}

/** The OpenAPI 3.1 document of a route table; a route is in it because it is in the table. */
export function openApiDocument(routes: readonly Route[]) {
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Clinic',
      version: '1',
      description:
        'Times are ISO 8601 with offset, clinic days YYYY-MM-DD, money a decimal string in RM, ids strings. ' +
        'State-changing calls with the session cookie carry `X-Requested-With: clinic`.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].sort().map((name) => ({ name })),
    security: [{ session: [] }, { token: [] }],
    paths: pathsOf(routes),
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'clinic', description: '`__Host-clinic` under TLS' },
        token: { type: 'http', scheme: 'bearer', description: 'An API token' },
      },
      responses: {
        Problem: {
          description: 'What went wrong',
          content: { 'application/problem+json': { schema: problem } },
        },
      },
    },
  })
}
