/** The anchors of headings, as GitHub makes them, so that a link works in the repository and on the site. */
export class Slugs {
  readonly #used = new Map<string, number>()

  /** The anchor of the next heading of a page; a repeated heading gets a number. */
  next(heading: string): string {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-')
    const count = this.#used.get(slug) ?? 0
    this.#used.set(slug, count + 1)
    return count === 0 ? slug : `${slug}-${count}`
  }
}
