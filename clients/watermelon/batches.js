/** Puts together what is sent at once. */

const MAX_RECORDS = 500
export const KINDS = ['created', 'updated', 'deleted']

/** Return the id of a row; of a deleted one there is nothing else. */
const idOf = (row) => row.id ?? row

/** Return `[{ cursor, ids }]`: unsent rows by what they stand on, those without a base on `cursor`. */
export function basesOf({ bases = [], cursor }, ids) {
  const unsent = new Set(ids)
  const kept = bases.map((base) => ({ ...base, ids: base.ids.filter((id) => unsent.delete(id)) }))
  return [...kept, { cursor, ids: [...unsent] }].filter((base) => base.ids.length)
}

/** Return all rows of WatermelonDB's `changes`, and the ids of deleted ones. */
export const rowsOf = (changes) => Object.values(changes).flatMap((told) => KINDS.flatMap((kind) => told[kind]))

/** Return what the server is told of rows that wait: how many, and since when the oldest does. */
export function queueOf(rows) {
  const times = rows.map((row) => row.updated_at).filter((time) => time)
  return { pending: rows.length, oldestAt: times.length ? times.reduce((a, b) => Math.min(a, b)) : undefined }
}

/**
 * Return `[{ cursor, changes, pending, oldestAt }]`: rows of one base each, customers first, an order
 * never apart from its lines and payments. `pending` and `oldestAt` are of the rows that come later.
 *
 * @param {object} changes WatermelonDB's
 * @param {{ cursor: object, ids?: string[] }[]} bases oldest first; the last has all other rows
 */
export function batchesOf(changes, bases) {
  const batches = []
  let last
  for (const [base, rows] of aggregatesOf(changes, bases)) {
    if (last?.base !== base || last.rows.length + rows.length > MAX_RECORDS)
      batches.push((last = { base, rows: [], changes: {} }))
    for (const { table, kind, row } of rows) {
      last.changes[table] ??= { created: [], updated: [], deleted: [] }
      last.changes[table][kind].push(row)
      last.rows.push(row)
    }
  }
  const later = (index) => queueOf(batches.slice(index + 1).flatMap(({ rows }) => rows))
  return batches.map(({ base, changes }, index) => ({ cursor: bases[base].cursor, changes, ...later(index) }))
}

function aggregatesOf(changes, bases) {
  const found = new Map()
  const tables = Object.keys(changes).sort((a, b) => (b === 'customers') - (a === 'customers'))
  for (const table of tables)
    for (const kind of KINDS)
      for (const row of changes[table][kind]) {
        const base = bases.findIndex(({ ids }) => !ids || ids.includes(idOf(row)))
        const key = `${base}/${row.orderId ?? idOf(row)}`
        if (!found.has(key)) found.set(key, [base, []])
        found.get(key)[1].push({ table, kind, row })
      }
  const parts = [...found.values()].flatMap(([base, rows]) => cut(rows).map((part) => [base, part]))
  return parts.sort(([a], [b]) => a - b)
}

/** An order of more than a push may have goes in parts: the server adds them to it. */
function cut(rows) {
  const starts = rows.map((_row, index) => index).filter((index) => index % MAX_RECORDS === 0)
  return starts.map((start) => rows.slice(start, start + MAX_RECORDS))
}
