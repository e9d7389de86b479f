/**
 * Conformance suites for parts: one per kind, run from a plugin's own tests with one call. Built on Node's test runner.
 * @module
 */
export type { TestClock, TestContext, TestContextOptions } from './context.ts'
export { testContext } from './context.ts'
export type { Deviation } from './deviations.ts'
export type { ExposureSuite } from './exposure.ts'
export { testExposure } from './exposure.ts'
export { item, textOf } from './item.ts'
export type { KeyringSuite, TestStore } from './keyring.ts'
export { testKeyring } from './keyring.ts'
export type { KeyringWorker } from './keyring-processes.ts'
export { startKeyringWorker } from './keyring-processes.ts'
export { memoryKeyring } from './memory-keyring.ts'
export type { PromptDesk, PromptSuite } from './prompt.ts'
export { ODD_MESSAGES, testPrompt } from './prompt.ts'
export type { ProviderCall, ProviderFailure, ProviderHang, ProviderSuccess, ProviderSuite } from './provider.ts'
export { testProvider } from './provider.ts'
export { secretsOf, shownBy } from './secrets.ts'
