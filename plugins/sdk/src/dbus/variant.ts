/** A value that carries its type with it (D-Bus type `v`). */
export class Variant {
  /** One complete type. */
  readonly signature: string
  readonly value: unknown

  constructor(signature: string, value: unknown) {
    this.signature = signature
    this.value = value
  }
}
