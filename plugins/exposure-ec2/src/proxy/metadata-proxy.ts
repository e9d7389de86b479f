/**
 * The proxy for 169.254.169.254:80, a program of its own, in two processes. Nothing is imported but Node and what lies
 * beside this file.
 *
 *     metadata-proxy hold --session=PID --port=PORT       as root: makes the address and the socket, then only waits
 *     metadata-proxy forward --session=PID --port=PORT    as the user: takes connections and passes them on
 */
import { argv, exit } from 'node:process'
import { forward } from './forward.ts'
import { hold } from './hold.ts'

const [role, ...words] = argv.slice(2)
const number = (name: string): number => {
  const text = words.find(word => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? ''
  if (!/^[1-9]\d{0,9}$/.test(text)) exit(2)
  return Number(text)
}
const [session, port] = [number('session'), number('port')]

if (role === 'hold') void hold({ session, port })
else if (role === 'forward') forward(port)
else exit(2)
