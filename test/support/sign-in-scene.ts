import type { SignInSpec } from '../local-aws/index.ts'
import { type Browser, makeBrowser } from './browser.ts'
import { ACCOUNT, roleArn, type Scene, setScene, WORLD } from './scene.ts'

/** Whose credentials `SIGN_IN_CONFIG` wants. */
export const ALICE: string = `arn:aws:iam::${ACCOUNT}:user/alice`

/** What `aws login` writes for two profiles, and a role on top of the first. */
export const SIGN_IN_CONFIG: string = `[profile dev]
login_session = ${ALICE}
region = eu-central-1

[profile other]
login_session = ${ALICE}

[profile top]
source_profile = dev
role_arn = ${roleArn('admin')}
`

/** A home with a profile made by `aws login`, and a browser in which alice is signed in to the console. */
export interface SignInScene extends Scene {
  readonly browser: Browser
  /** The calls so far by their actions, those that a browser makes left out. */
  actions(): string[]
}

/** Sets a scene with a sign-in service. The person behind the browser approves. */
export async function setSignInScene(signIn: Partial<SignInSpec> = {}, config = SIGN_IN_CONFIG): Promise<SignInScene> {
  // carol may sign in to the console, but not for programs.
  const users = [...(WORLD.users ?? []), { name: 'carol', deny: ['signin:CreateOAuth2Token'] }]
  const scene = await setScene({ config, keys: [], world: { ...WORLD, users, signIn: { user: 'alice', ...signIn } } })
  scene.sandbox.env.AWS_ENDPOINT_URL = scene.aws.url
  const byBrowser = new Set(['AuthorizeOAuth2Access', 'ShowCode'])
  return {
    ...scene,
    browser: makeBrowser(scene.sandbox),
    actions: () => scene.aws.calls.map(({ action }) => action).filter(action => !byBrowser.has(action)),
  }
}
