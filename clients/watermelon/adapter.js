/** WatermelonDB's own synchronize() with Fynlo. README.md says how to use it. */
import { fetchLocalChanges, markLocalChangesAsSynced } from '@nozbe/watermelondb/sync/impl/index.js'
import { synchronize } from '@nozbe/watermelondb/sync/index.js'

import { batchesOf, idOf, queueOf, rowsOf } from './batches.js'
import { pullPages } from './pages.js'
import { request } from './request.js'
export { FynloSyncError } from './request.js'

const KEY = 'fynlo_sync'
const ROUNDS = 3
const REFUSED_WHOLE = [400, 413, 415, 422]

/**
 * Send what the till has changed and get what it has not seen; again at once if the server asks.
 *
 * @param {object} options
 * @param {import('@nozbe/watermelondb').Database} options.database
 * @param {string} options.baseUrl as in `https://example.com/api/v1`
 * @param {() => Promise<string>} options.getToken gives an access token that is good now
 * @param {(json: string) => Uint8Array} [options.gzip] as `pako.gzip`: compresses what is sent
 * @param {string} [options.device] the till's id: says who wrote, and the server checks it
 * @param {(results: object[]) => void} [options.onResults] told what became of each record
 * @param {typeof fetch} [options.fetch]
 * @param {object} [options.watermelon] further arguments of synchronize()
 */
export async function sync(options) {
  for (let round = 0; round < ROUNDS; round++) {
    const adapter = makeAdapter(options)
    await synchronize({ ...options.watermelon, ...adapter.args })
    await adapter.close()
    if (!adapter.needsAnother()) return
  }
}

function makeAdapter({ database, onResults, ...options }) {
  let state = {} // cursor: what the till has; bases: what its unsent rows stand on; sent: a push
  let isStale = false

  const readUnsent = async () => rowsOf((await fetchLocalChanges(database)).changes)

  async function save(change) {
    state = { ...state, ...change }
    await database.localStorage.set(KEY, JSON.stringify(state))
  }

  async function pullChanges({ lastPulledAt, schemaVersion, migration }) {
    state = JSON.parse((await database.localStorage.get(KEY)) ?? '{}')
    if (state.sent) await finishPush()
    const since = { lastPulledAt, snapshot: state.cursor?.snapshot, migration: migration && JSON.stringify(migration) }
    const waiting = { ...queueOf(await readUnsent()), deviceTime: Date.now() }
    const result = await pullPages(options, { schemaVersion, ...waiting, ...(lastPulledAt && since) })
    return { ...result, bases: await readBases() }
  }

  /** What is unsent now was written on what the till had so far: a merge has to know that. */
  async function readBases() {
    const unsent = new Set((await readUnsent()).map(idOf))
    const bases = (state.bases ?? []).map((base) => ({ ...base, ids: base.ids.filter((id) => unsent.delete(id)) }))
    return [...bases, { cursor: state.cursor, ids: [...unsent] }].filter(({ ids }) => ids.length)
  }

  function onDidPullChanges({ timestamp, snapshot, bases }) {
    return save({ cursor: { lastPulledAt: timestamp, snapshot }, bases })
  }

  async function pushChanges({ changes }) {
    await save({ sent: batchesOf(changes, [...state.bases, { cursor: state.cursor }]) })
    return { experimentalRejectedIds: await deliver() }
  }

  /** Send again what got no answer, the same bytes, and end that push as WatermelonDB would have. */
  async function finishPush() {
    const rejected = await deliver()
    const { affectedRecords } = await fetchLocalChanges(database)
    for (const { changes } of state.sent)
      await markLocalChangesAsSynced(database, { changes, affectedRecords }, rejected)
    await save({ sent: undefined })
  }

  async function deliver() {
    const rejected = {}
    for (const { cursor, changes, ...later } of state.sent) {
      const query = { ...cursor, ...later, deviceTime: Date.now() }
      const reply = await request(options, '/sync/push', query, changes).catch(async (error) => {
        if (REFUSED_WHOLE.includes(error.status)) await save({ sent: undefined })
        throw error
      })
      for (const [table, ids] of Object.entries(reply.experimentalRejectedIds))
        rejected[table] = [...(rejected[table] ?? []), ...ids]
      isStale ||= reply.resync
      onResults?.(reply.results)
    }
    return rejected
  }

  const args = { database, sendCreatedAsUpdated: true, pullChanges, onDidPullChanges, pushChanges }
  return { args, close: () => save({ sent: undefined }), needsAnother: () => isStale }
}
