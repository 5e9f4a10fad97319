import type { ApiServices } from '../services.ts'
import type { RequestCall } from './call.ts'

/** Records that a signed-in person was refused something: who, which route, never which record was wanted. */
export function denialRecorder({ spool, deps }: ApiServices): (call: RequestCall) => void {
  return (call) => {
    const { principal } = call
    spool
      .write({
        userId: principal?.userId ?? null,
        username: principal?.username ?? null,
        role: principal?.role ?? null,
        action: 'access.denied',
        outcome: 'denied',
        address: call.address,
        requestId: call.requestId,
        detail: { method: call.req.method, route: call.routePath },
      })
      .catch((error: unknown) => deps.log.error({ err: error }, 'denial not recorded'))
  }
}
