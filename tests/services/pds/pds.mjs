// A real Bluesky server (@atproto/pds) with one account, for tests. Prints one line of JSON with its address and the
// account's handle, DID and password, and runs until SIGTERM or until its standard input ends; then its folder is removed.
// Every PDS_* setting can be given in the environment, for instance PDS_RATE_LIMITS_ENABLED=true.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const secret = (bytes) => randomBytes(bytes).toString('hex')

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

const settings = (port, folder, directory) => ({
  PDS_PORT: String(port),
  PDS_HOSTNAME: 'localhost',
  PDS_SERVICE_DID: 'did:web:localhost',
  PDS_DEV_MODE: 'true',
  PDS_INVITE_REQUIRED: 'false',
  PDS_CRAWLERS: '',
  PDS_DID_PLC_URL: directory,
  PDS_DATA_DIRECTORY: folder,
  PDS_BLOBSTORE_DISK_LOCATION: join(folder, 'blobs'),
  PDS_BLOBSTORE_DISK_TMP_LOCATION: join(folder, 'blobs-tmp'),
  PDS_JWT_SECRET: secret(16),
  PDS_ADMIN_PASSWORD: secret(16),
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: secret(32),
})

const createAccount = async (base, handle, password) => {
  const response = await fetch(`${base}/xrpc/com.atproto.server.createAccount`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handle, password, email: 'desk@example.com' }),
  })
  const body = await response.json()
  if (!response.ok) throw new Error(`no account: ${body.error} ${body.message}`)
  return body.did
}

// Read when the package is loaded, so set before.
process.env.LOG_ENABLED ??= 'false'
process.env.OTEL_SDK_DISABLED ??= 'true'
const { PDS, envToCfg, envToSecrets, readEnv } = await import('@atproto/pds')
const { startDirectory } = await import('./directory.mjs')

const folder = mkdtempSync(join(tmpdir(), 'syndicator-pds-'))
const directory = await startDirectory()
const port = await freePort()
process.env = { ...settings(port, folder, directory.url), ...process.env }
const env = readEnv()
const pds = await PDS.create(envToCfg(env), envToSecrets(env))
// The server itself would listen on every address of the machine.
const listen = pds.app.listen.bind(pds.app)
pds.app.listen = (where, ...more) => listen(where, '127.0.0.1', ...more)
await pds.start()

let ending = false
const end = async (code) => {
  if (ending) return
  ending = true
  await pds.destroy().catch((error) => console.error(error))
  directory.close()
  rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
process.on('SIGTERM', () => end(0))
process.on('SIGINT', () => end(0))
process.stdin.resume()
process.stdin.on('end', () => end(0))

const url = `http://127.0.0.1:${port}`
const handle = 'desk.test'
const password = secret(8)
try {
  const did = await createAccount(url, handle, password)
  console.log(JSON.stringify({ url, handle, did, password }))
} catch (error) {
  console.error(error.message)
  await end(1)
}
