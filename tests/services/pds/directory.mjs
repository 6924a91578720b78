// A directory of did:plc identities that lives in memory and forgets all when the process ends.
// Operations are checked with the reference library, which the PDS brings along.
import http from 'node:http'
import { assureValidNextOp, formatDidDoc, getLastOpWithCid, opToData } from '@did-plc/lib'

class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

const bodyOf = async (request) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

const append = async (histories, did, operation) => {
  const history = histories.get(did) ?? []
  const { nullified } = await assureValidNextOp(did, history, operation)
  const { cid } = await getLastOpWithCid([operation])
  for (const entry of history) entry.nullified ||= nullified.some((gone) => gone.equals(entry.cid))
  histories.set(did, [...history, { did, operation, cid, nullified: false, createdAt: new Date() }])
  return {}
}

const readers = {
  '': (did, last) => formatDidDoc(opToData(did, last)),
  data: (did, last) => opToData(did, last),
  'log/last': (did, last) => last,
  log: (did, last, valid) => valid.map((entry) => entry.operation),
  'log/audit': (did, last, valid, all) => all.map((entry) => ({ ...entry, cid: entry.cid.toString() })),
}

const answer = async (histories, request) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  const [name, ...rest] = pathname.slice(1).split('/')
  const did = decodeURIComponent(name)
  if (did === '_health') return { version: 'memory' }
  if (request.method === 'POST') return append(histories, did, await bodyOf(request))
  const all = histories.get(did) ?? []
  const valid = all.filter((entry) => !entry.nullified)
  const read = readers[rest.join('/')]
  if (!valid.length || !read) throw new Refusal(404, `nothing is known of ${did}`)
  const last = valid.at(-1).operation
  if (opToData(did, last) === null) throw new Refusal(410, `${did} is no longer in use`)
  return read(did, last, valid, all)
}

// Resolves to { url, close }. The address says localhost: a PDS takes no directory named by an IP address.
export const startDirectory = async () => {
  const histories = new Map()
  const server = http.createServer(async (request, response) => {
    const [status, body] = await answer(histories, request).then(
      (found) => [200, found],
      (error) => [error.status ?? 400, { message: String(error.message) }],
    )
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://localhost:${server.address().port}`, close }
}
