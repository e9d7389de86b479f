/**
 * A loopback HTTP server for exposures that serve credentials, `@aws-vault/plugin-sdk/server`: strict, bounded, and
 * closed to browsers and other machines. What it answers is the exposure's business.
 */
export { type Answer, type AnswerOptions, answerJson, answerText, formatAnswer } from './server/answer.ts'
export type { Client } from './server/connection.ts'
export { type ContainerHandlerOptions, containerError, containerHandler } from './server/container-handler.ts'
export { type ContainerCredentials, containerCredentials } from './server/container-shape.ts'
export {
  type CredentialAnswers,
  credentialAnswers,
  failureAnswer,
} from './server/credential-answers.ts'
export {
  type Handler,
  type LoopbackServer,
  type LoopbackServerOptions,
  startLoopbackServer,
} from './server/loopback-server.ts'
export type { Request } from './server/request-head.ts'
export { SecretToken } from './server/secret-token.ts'
