/**
 * Tills in one process: WatermelonDB on LokiJS, behind a network that fails as it is told.
 *
 * Reads commands as lines of JSON, `{ number, act, till, ... }`, and answers each by its number.
 */
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'

import { appSchema, Database, Model, Q, tableSchema } from '@nozbe/watermelondb'
import loki from '@nozbe/watermelondb/adapters/lokijs/index.js'
import { addColumns, createTable, schemaMigrations } from '@nozbe/watermelondb/Schema/migrations/index.js'

import { fynloTables } from './schema.js'

const { sync } = await import(process.argv[2])
console.log = console.warn = console.info = () => {} // standard output is for answers

const tills = new Map()
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function modelOf(table) {
  class Row extends Model {
    static table = table
    get updatedAt() {
      return this._getRaw('updated_at')
    }
  }
  if (!fynloTables.find(({ name }) => name === table).columns.some(({ name }) => name === 'updated_at'))
    delete Row.prototype.updatedAt
  return Row
}

/** `lacking`: `{table: columns or null}` that the till's own schema does not have yet. */
function tablesWithout(lacking) {
  return fynloTables
    .filter(({ name }) => lacking[name] !== null)
    .map(({ name, columns }) => ({
      name,
      columns: columns.filter((column) => !lacking[name]?.includes(column.name)),
    }))
}

function migrationFor(lacking) {
  const steps = fynloTables
    .filter(({ name }) => name in lacking)
    .map((table) =>
      lacking[table.name] === null
        ? createTable(table)
        : addColumns({
            table: table.name,
            columns: table.columns.filter(({ name }) => lacking[table.name].includes(name)),
          })
    )
  return schemaMigrations({ migrations: [{ toVersion: 2, steps }] })
}

function openDatabase(adapter, tables) {
  const modelClasses = tables.map(({ name }) => modelOf(name))
  return new Database({ adapter, modelClasses })
}

/** A network that loses, cuts and delays: `faults` of the next requests, or by chance. */
function networkOf(till) {
  return async (url, request) => {
    till.requests += 1
    const path = new URL(url).pathname.split('/').pop()
    const kind = till.faults[path]?.shift() ?? till.chance()
    if (kind) till.met[kind] = (till.met[kind] ?? 0) + 1
    if (kind === 'hold') await till.hold(path)
    if (kind === 'slow') await sleep(100)
    if (kind === 'request') throw new TypeError('The request was lost.')
    const reply = await fetch(url, till.mangle.asked(path, request))
    const text = await reply.text()
    if (kind === 'reply') throw new TypeError('The reply was lost.')
    const whole = reply.ok ? till.mangle.told(path, text) : text
    const told = kind === 'cut' ? whole.slice(0, whole.length / 2) : whole
    return new Response(told, { status: reply.status, headers: { 'Content-Type': 'application/json' } })
  }
}

/** Deliberate bugs of a server, by name. */
const MANGLES = {
  eager: (data) => {
    const [sight, numbers] = data.snapshot.split('~')
    const xmax = Number(numbers.split(':')[1])
    const epoch = Math.floor(data.timestamp / 2 ** 40)
    Object.assign(data, { timestamp: epoch * 2 ** 40 + xmax, snapshot: `${sight}~${xmax}:${xmax}:` })
  },
  deletions: (data) => Object.values(data.changes).forEach((table) => (table.deleted = [])),
  rejections: (data) => (data.experimentalRejectedIds = {}),
}
const PATHS = { eager: 'pull', deletions: 'pull', rejections: 'push' }

function mangleOf(name) {
  const told = (path, text) => {
    if (PATHS[name] !== path) return text
    const document = JSON.parse(text)
    MANGLES[name](document.data)
    return JSON.stringify(document)
  }
  return { asked: (_path, request) => request, told: name ? told : (_path, text) => text }
}

/** Numbers by chance that a seed decides (mulberry32). */
function chanceOf(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const KINDS = ['request', 'reply', 'cut', 'slow']
const acts = {
  async open({ till: name, lacking = {}, mangle, ...options }) {
    const tables = tablesWithout(lacking)
    const schema = appSchema({ version: 1, tables: tables.map(tableSchema) })
    const adapter = new loki.default({
      schema, dbName: name, useWebWorker: false, useIncrementalIndexedDB: false,
    })
    tills.set(name, {
      ...options, lacking, adapter, database: openDatabase(adapter, tables), requests: 0, met: {},
      faults: {}, chance: () => null, mangle: mangleOf(mangle), results: [],
    })
  },
  /** End the app and start it again, with the whole schema if it lacked some. */
  async restart({ till }) {
    till.adapter = await till.adapter.testClone({
      schema: appSchema({ version: 2, tables: fynloTables.map(tableSchema) }),
      migrations: migrationFor(till.lacking),
    })
    till.database = openDatabase(till.adapter, fynloTables)
    till.migrationsEnabledAtVersion = 1
  },
  async set({ till, name, value }) {
    till[name] = value
  },
  /** From now on a share of the requests fails. */
  async disturb({ till, share, seed }) {
    const next = chanceOf(seed)
    till.chance = () => (next() < share ? KINDS[Math.floor(next() * KINDS.length)] : null)
  },
  async sync({ till }) {
    till.results = []
    till.requests = 0
    const held = new Promise((resolve) => {
      till.hold = (path) => {
        resolve({ held: path })
        return new Promise((go) => (till.go = go))
      }
    })
    till.syncing = sync({
      database: till.database, baseUrl: till.baseUrl, device: till.device, fetch: networkOf(till),
      getToken: async () => till.token, gzip: gzipSync,
      onResults: (results) => till.results.push(...results),
      watermelon: {
        migrationsEnabledAtVersion: till.migrationsEnabledAtVersion,
        /** Somebody writes after the answer has come and before it is stored. */
        onWillApplyRemoteChanges: async () => {
          const { late } = till
          delete till.late
          if (late) await acts.change({ till, ...late })
        },
      },
    }).then(
      () => ({ results: till.results, requests: till.requests, met: till.met }),
      ({ name, message, status, code }) => ({ error: { name, message, status, code }, met: till.met })
    )
    return Promise.race([till.syncing, held])
  },
  async go({ till }) {
    till.go()
    return till.syncing
  },
  /** Write rows in one transaction: `[table, kind, id, values]`. */
  async write({ till: { database }, rows }) {
    await database.write(async () => {
      for (const [table, kind, id, values] of rows) {
        const setAll = (record) => {
          if (kind === 'created') record._raw.id = id
          for (const [name, value] of Object.entries(values ?? {})) record._setRaw(name, value)
        }
        if (kind === 'created') await database.get(table).create(setAll)
        else {
          const record = await database.get(table).find(id)
          await (kind === 'deleted' ? record.markAsDeleted() : record.update(setAll))
        }
      }
    })
  },
  /** Change one row: set columns, add to numbers; tell whether it is there. */
  async change({ till: { database }, table, id, values = {}, add = {} }) {
    const [record] = await database.get(table).query(Q.where('id', id)).fetch()
    if (!record) return false
    await database.write(() =>
      record.update(() => {
        for (const [name, value] of Object.entries(values)) record._setRaw(name, value)
        for (const [name, value] of Object.entries(add)) record._setRaw(name, record._getRaw(name) + value)
      })
    )
    return true
  },
  async rows({ till: { database } }) {
    const found = {}
    for (const table of Object.keys(database.collections.map))
      found[table] = (await database.get(table).query().fetch()).map(({ _raw }) => ({ ..._raw }))
    return found
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { number, act, ...options } = JSON.parse(line)
  const till = act === 'open' ? options.till : tills.get(options.till)
  acts[act]({ ...options, till }).then(
    (told) => process.stdout.write(JSON.stringify({ number, told: told ?? null }) + '\n'),
    (error) => process.stdout.write(JSON.stringify({ number, failed: String(error.stack) }) + '\n')
  )
}
process.exit(0) // LokiJS would go on saving
