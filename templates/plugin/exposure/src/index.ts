import type { Exposure } from '@aws-vault/plugin-sdk'

/**
 * Contribution `exposures.{{name}}`. Without a `close`, what it returns needs no process of ours: aws-vault leaves its place
 * to the program. Nothing happens when this module is imported.
 */
const exposure: Exposure = {
  async expose(source) {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await source.current()
    const shown = { accessKeyId, secretAccessKey, sessionToken, expiration, region: source.region }
    return { environment: { '{{NAME}}_CREDENTIALS': JSON.stringify(shown) } }
  },
}

export default exposure
