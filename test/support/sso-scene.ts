import type { SsoSpec } from '../local-aws/index.ts'
import { makeBrowser } from './browser.ts'
import type { Running } from './sandbox.ts'
import { type Scene, setScene, WORLD } from './scene.ts'

export const START_URL = 'https://corp.awsapps.com/start'

/** Two profiles of one portal, in another account each, and a role on top of the first. */
export const SSO_CONFIG = `[sso-session corp]
sso_start_url = ${START_URL}
sso_region = eu-west-1

[profile dev]
sso_session = corp
sso_account_id = 111111111111
sso_role_name = Admin
region = eu-central-1

[profile prod]
sso_start_url = ${START_URL}
sso_region = eu-west-1
sso_account_id = 222222222222
sso_role_name = Reader
`

/** A home with single sign-on, and a browser that is a real HTTP client. */
export interface SsoScene extends Scene {
  /** For `RunOptions.env`: there is a browser. */
  readonly browser: { readonly AWS_VAULT_BROWSER: string }
  /** The addresses that the browser was sent to. */
  opened(): string[]
  /** The calls of single sign-on so far, those that a browser makes left out. */
  ssoCalls(): string[]
}

/** Sets a scene with a portal. The person behind the browser, alice, approves. */
export async function setSsoScene(portal: Partial<SsoSpec> = {}, config = SSO_CONFIG): Promise<SsoScene> {
  const accounts = [
    { id: '111111111111', name: 'Development', roles: ['Admin', 'Ops', 'Reader'] },
    { id: '222222222222', name: 'Production', roles: ['Reader'] },
    { id: '333333333333', name: 'Archive', roles: ['Reader'] },
  ]
  const sso = [{ startUrl: START_URL, accounts, ...portal }]
  const roles = [...(WORLD.roles ?? []), { name: 'on-top', trust: { principals: ['111111111111'] } }]
  const scene = await setScene({ config, keys: [], world: { ...WORLD, roles, sso } })
  const { sandbox, aws } = scene
  sandbox.env.AWS_ENDPOINT_URL = aws.url
  const browser = makeBrowser(sandbox)
  const byBrowser = new Set(['Authorize', 'ConfirmDevice'])
  return {
    ...scene,
    browser: browser.env,
    opened: browser.opened,
    ssoCalls: () => aws.calls.map(({ action }) => action).filter(action => !byBrowser.has(action)),
  }
}

/** The code that a run shows, as soon as it does. */
export async function shownCode(run: Running): Promise<string> {
  await run.sees(/the code [A-Z]{4}-[A-Z]{4}\n/)
  return /the code ([A-Z]{4}-[A-Z]{4})\n/.exec(run.stderr)?.[1] ?? ''
}
