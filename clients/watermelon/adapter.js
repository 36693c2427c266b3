/** WatermelonDB's own synchronize() with Fynlo. README.md says how to use it. */
import { Q } from '@nozbe/watermelondb'
import { fetchLocalChanges, markLocalChangesAsSynced } from '@nozbe/watermelondb/sync/impl/index.js'
import { synchronize } from '@nozbe/watermelondb/sync/index.js'

import { basesOf, batchesOf, queueOf, rowsOf } from './batches.js'
import { pullPages } from './pages.js'
import { request } from './request.js'
export { FynloSyncError } from './request.js'

const KEY = 'fynlo_sync'
const ROUNDS = 3
const REFUSED_WHOLE = [400, 413, 415, 422]
const running = new WeakSet()

/**
 * Send what the till has changed and get what it has not seen; again at once if the server asks.
 * One at a time: a second call throws. WatermelonDB lets it in while the first one pushes.
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
  const { database } = options
  if (running.has(database)) throw new Error('This database is being synchronized: wait for that call.')
  running.add(database)
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const adapter = makeAdapter(options)
      await synchronize({ ...options.watermelon, ...adapter.args })
      await adapter.close()
      if (!adapter.needsAnother()) return
    }
  } finally {
    running.delete(database)
  }
}

/** Ids of what is unsent. All is asked at once: within WatermelonDB's write nobody else writes. */
async function unsentIds({ collections, adapter }) {
  const found = Object.values(collections.map).flatMap((collection) => [
    collection.query(Q.where('_status', 'created')).fetchIds(),
    collection.query(Q.where('_status', 'updated')).fetchIds(),
    adapter.getDeletedRecords(collection.table),
  ])
  return (await Promise.all(found)).flat()
}

function makeAdapter({ database, onResults, ...options }) {
  let state = {} // cursor: what the till has; bases: what its unsent rows stand on; sent: a push
  let isStale = false
  let pulled

  async function save(change) {
    state = { ...state, ...change }
    await database.localStorage.set(KEY, JSON.stringify(state))
  }

  async function pullChanges({ lastPulledAt, schemaVersion, migration }) {
    state = JSON.parse((await database.localStorage.get(KEY)) ?? '{}')
    if (state.sent) await finishPush()
    const since = { lastPulledAt, snapshot: state.cursor?.snapshot, migration: migration && JSON.stringify(migration) }
    const { changes } = await fetchLocalChanges(database)
    const waiting = { ...queueOf(rowsOf(changes)), deviceTime: Date.now() }
    const result = await pullPages(options, { schemaVersion, ...waiting, ...(lastPulledAt && since) })
    return { ...result, bases: basesOf(state, await unsentIds(database)) }
  }

  /**
   * What is unsent now was written on what the till had so far: a merge has to know that. Asked
   * again, because somebody may have written between the pull and this write of WatermelonDB's.
   */
  function onDidPullChanges({ timestamp, snapshot, bases }) {
    const before = state
    pulled = Promise.all([
      save({ cursor: { lastPulledAt: timestamp, snapshot }, bases }),
      unsentIds(database),
    ]).then(([, unsent]) => save({ bases: basesOf(before, unsent) }))
    pulled.catch(() => {}) // whoever waits for it gets the error
  }

  async function pushChanges({ changes }) {
    await pulled
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
  const close = () => pulled.then(() => save({ sent: undefined }))
  return { args, close, needsAnother: () => isStale }
}
