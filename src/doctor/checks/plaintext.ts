import { type Check, ok, warning } from '../check.ts'
import { describePlace, entangled, findPlaintext, shownId } from '../plaintext/find-plaintext.ts'

/** Long-lived keys that lie open in files, where every program of yours can read them. */
export const plaintext: Check = {
  name: 'plaintext',
  run(world) {
    const keys = findPlaintext(world).filter(key => key.isLongLived)
    if (keys.length === 0) return [ok('no long-lived key lies open in the usual files')]
    return keys.map(key =>
      warning(
        `the secret of access key ${shownId(key)} lies open in ${describePlace(world, key)}`,
        key.isRemovable
          ? 'move it into the keyring: aws-vault doctor --fix'
          : `${entangled}: aws-vault add PROFILE, then take it out yourself`,
      ),
    )
  },
}
