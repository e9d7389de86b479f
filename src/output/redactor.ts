/** Shorter values would black out half of every sentence; no secret that matters is that short. */
const shortest = 4

/** Blacks out every secret that has come into play in this run. All that goes to stderr passes through it. */
export class Redactor {
  readonly #secrets = new Set<string>()

  /** Remembers a secret, also in the forms in which it would stand in JSON, in a URL or in base64. */
  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < shortest) return
    const quoted = JSON.stringify(secret).slice(1, -1)
    for (const form of [secret, quoted, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      this.#secrets.add(form)
    }
  }

  /** The text without any secret. */
  apply(text: string): string {
    let clean = text
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length)) {
      clean = clean.replaceAll(secret, '[secret]')
    }
    return clean
  }
}
