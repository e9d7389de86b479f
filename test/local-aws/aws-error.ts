/** An error as AWS answers it: a code, a sentence and an HTTP status. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.name = 'AwsError'
    this.code = code
    this.status = status
  }

  /** Who is to blame, as the `Type` of an error answer says it. */
  get type(): 'Sender' | 'Receiver' {
    return this.status < 500 ? 'Sender' : 'Receiver'
  }
}

/** The caller may not do this. */
export function accessDenied(message: string): AwsError {
  return new AwsError('AccessDenied', 403, message)
}

/** The access key is unknown, inactive or does not fit its session token. */
export function invalidClientToken(): AwsError {
  return new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.')
}

/** A parameter breaks a rule of the API. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', 400, message)
}

/** Too many calls. */
export function throttling(): AwsError {
  return new AwsError('Throttling', 400, 'Rate exceeded')
}
