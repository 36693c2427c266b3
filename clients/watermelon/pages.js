/** Puts the pages of a pull together. */

import { KINDS } from './batches.js'
import { request } from './request.js'

const TRIES = 3

/** Return a whole pull; it begins anew when the server says that the pages no longer fit together. */
export async function pullPages(options, query, tries = TRIES) {
  try {
    const whole = await request(options, '/sync/pull', query)
    for (let page = whole; page.hasMore; ) {
      page = await request(options, '/sync/pull', { pageToken: page.pageToken })
      for (const [table, told] of Object.entries(page.changes))
        for (const kind of KINDS) whole.changes[table][kind] = whole.changes[table][kind].concat(told[kind])
    }
    return whole
  } catch (error) {
    if (error.code !== 'pull_outdated' || tries === 1) throw error
    return pullPages(options, query, tries - 1)
  }
}
