/**
 * What an AWS Vault plugin depends on. See docs/plugin-contract.md for the obligations on both sides.
 * @module
 */
export type { Clock, Desk, HttpOptions, Logger, OptionValue, PartContext, PromptContext } from './context.ts'
export type { Credentials } from './credentials.ts'
export type { Kind, OptionDeclaration, PartDeclaration, PluginDeclaration } from './declaration.ts'
export { API_VERSION, KINDS } from './declaration.ts'
export type { VaultErrorOptions } from './errors.ts'
export {
  ANOTHER_KEYRING,
  isVaultError,
  KeyringItemError,
  KeyringLockedError,
  KeyringStorageError,
  MfaRefusedError,
  PromptCancelledError,
  PromptUnavailableError,
  SourceExpiredError,
  VaultError,
} from './errors.ts'
export type { CredentialSource, Exposed, ExposedProfiles, Exposure, FurtherDoors } from './exposure.ts'
export { decodeItem, encodeItem } from './item-json.ts'
export type { JsonValue } from './json.ts'
export type { Availability, Item, Keyring, KeyringBackend, Unlocked } from './keyring.ts'
export { printable } from './printable.ts'
export type { Prompt, PromptRequest } from './prompt.ts'
export type { CredentialProvider, CredentialStep, StepInput } from './provider.ts'
export { realPath } from './real-path.ts'
export type { SignInLogin, SignInLoginStore } from './sign-in.ts'
export type { SsoClient, SsoRole, SsoToken, SsoTokenStore } from './sso.ts'
