const LINE_END = /\r\n|\r|\n/

/** One event of a stream, ready to send. Lines within `data` become lines of their own, so nothing can be smuggled in. */
export function formatEvent(event: { id?: string; event?: string; data?: string; retryMs?: number }): Buffer {
  const lines: string[] = []
  if (event.retryMs !== undefined) lines.push(`retry: ${event.retryMs}`)
  if (event.id !== undefined) lines.push(`id: ${event.id}`)
  if (event.event !== undefined) lines.push(`event: ${event.event}`)
  if (event.data !== undefined) for (const line of event.data.split(LINE_END)) lines.push(`data: ${line}`)
  return Buffer.from(`${lines.join('\n')}\n\n`)
}
