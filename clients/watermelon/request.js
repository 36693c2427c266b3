/** One request to Fynlo, and what it says when it refuses. */

/** What the server refused: `status`, and its `code`, `message`, `errors` and `requestId`. */
export class FynloSyncError extends Error {
  constructor(status, document) {
    super(document?.message ?? `The server answered ${status} and nothing that can be read.`)
    Object.assign(this, { name: 'FynloSyncError', code: 'unreadable', ...document, status })
  }
}

/**
 * Ask the server and return the `data` of its answer. With `changes` it is a POST.
 *
 * @throws {FynloSyncError} it refuses, or its answer is cut off; what `fetch` throws without one
 */
export async function request({ baseUrl, getToken, gzip, device, ...options }, path, query, changes) {
  const told = Object.entries({ ...query, device }).filter(([, value]) => value != null)
  const url = `${baseUrl}${path}?${told.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`
  const headers = { Authorization: `Bearer ${await getToken()}` }
  const asked = { headers }
  if (changes) {
    const text = JSON.stringify(changes, (_key, value) => stamped(value, device))
    headers['Content-Type'] = 'application/json'
    if (gzip) headers['Content-Encoding'] = 'gzip'
    Object.assign(asked, { method: 'POST', body: gzip ? gzip(text) : text })
  }
  const reply = await (options.fetch ?? fetch)(url, asked)
  const document = await reply.json().catch(() => null)
  if (!reply.ok || !document) throw new FynloSyncError(reply.status, document)
  return document.data
}

/** Return a row with the time of its writing, which decides between two writers of one column. */
function stamped(value, device = 'till') {
  if (!value?.updated_at) return value
  const { updated_at: writtenAt, ...row } = value
  return { ...row, _clock: `${writtenAt}-0000-${device}` }
}
