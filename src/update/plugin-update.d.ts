/** The part of oclif's updater that unpacks: not among its exports, so the build names its file (bin/build.ts). */
declare module '@oclif/plugin-update/tar' {
  export const Extractor: {
    /**
     * Unpacks a .tar.gz beside `output`, checks its hash while doing so, and renames the one directory in it to `output`.
     * @param sha SHA-256 of the archive, in hexadecimal
     */
    extract(stream: NodeJS.ReadableStream, basename: string, output: string, sha?: string): Promise<void>
  }
}
