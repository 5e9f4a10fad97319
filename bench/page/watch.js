// Writes down in the page what it does and when, ms since the navigation began: see Seen in browser.ts.
const seen = { interactiveMs: null, arrivedMs: {}, paintedMs: {} }
window.seen = seen

// A frame draws what was changed before it; the message after it waits for what else the page has to do.
const painted = (then) => {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = then
    port2.postMessage(null)
  })
}

const known = new Set()
new MutationObserver(() => {
  for (const { dataset } of document.querySelectorAll('#main [data-ticket]')) {
    if (known.has(dataset.ticket)) continue
    known.add(dataset.ticket)
    painted(() => {
      seen.paintedMs[dataset.ticket] = performance.now()
      seen.interactiveMs ??= performance.now()
    })
  }
}).observe(document, { childList: true, subtree: true })

const listen = EventSource.prototype.addEventListener
EventSource.prototype.addEventListener = function (name, ...more) {
  if (name === 'queue.created')
    listen.call(this, name, ({ data }) => {
      seen.arrivedMs[JSON.parse(data).entity.number] ??= performance.now()
    })
  return listen.call(this, name, ...more)
}
