// Runs verdaccio, a real npm registry, on a loopback port that it writes to stdout. It has no uplink: what was not
// published to it does not exist. Ends with its standard input, and so with whoever started it.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { runServer } from 'verdaccio'

const [directory] = process.argv.slice(2)
mkdirSync(join(directory, 'storage'), { recursive: true })

const app = await runServer({
  self_path: directory,
  configPath: join(directory, 'config.yaml'),
  storage: join(directory, 'storage'),
  auth: { htpasswd: { file: join(directory, 'htpasswd'), max_users: -1 } },
  uplinks: {},
  packages: { '**': { access: '$all', publish: '$all', unpublish: '$all' } },
  web: { enable: false },
  max_body_size: '100mb',
  log: { type: 'stdout', level: 'fatal' },
})
const server = app.listen(0, '127.0.0.1', () => process.stdout.write(`port ${server.address().port}\n`))
process.stdin.resume().on('end', () => process.exit())
