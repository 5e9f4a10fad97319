// Health check of a container: does the process on this port live? Not whether it is ready: an outage of the database
// must not end containers that are well. Node is the only tool in the image.
const port = process.argv[2]
fetch(`http://127.0.0.1:${port}/livez`, { signal: AbortSignal.timeout(2500) }).then(
  (answer) => process.exit(answer.ok ? 0 : 1),
  () => process.exit(1),
)
