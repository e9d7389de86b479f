/** A formula by which Homebrew installs our tarballs. */

/** A tarball that the formula may name. */
export interface Bottle {
  readonly platform: string
  readonly arch: string
  readonly url: string
  readonly sha256: string
}

const systems = [
  ['darwin', 'on_macos'],
  ['linux', 'on_linux'],
] as const
const processors = [
  ['arm64', 'on_arm'],
  ['x64', 'on_intel'],
] as const

/** The text of the formula. Pure. @throws Error for an address or a hash that is none */
export function homebrewFormula(version: string, bottles: readonly Bottle[]): string {
  const blocks = systems.flatMap(([platform, on]) => {
    const inner = processors.flatMap(([arch, on]) => {
      const bottle = bottles.find(bottle => bottle.platform === platform && bottle.arch === arch)
      return bottle === undefined ? [] : [`    ${on} do`, ...source(bottle), '    end']
    })
    return inner.length === 0 ? [] : [`  ${on} do`, ...inner, '  end', '']
  })
  return `class AwsVault < Formula
  desc "Keeps AWS keys in the system's keystore, hands out short-lived credentials"
  homepage "https://github.com/aws-vault/aws-vault"
  version "${version}"
  license "MIT"

${blocks.join('\n')}
  def install
    # Homebrew updates it, not the program itself.
    rm "bin/base"
    inreplace "release.json", '"origin": "tarball"', '"origin": "homebrew"'
    libexec.install Dir["*"]
    bin.install_symlink libexec/"bin/aws-vault"
  end

  test do
    assert_match "aws-vault/#{version} ", shell_output("#{bin}/aws-vault --version")
  end
end
`
}

function source({ url, sha256 }: Bottle): string[] {
  if (!/^https?:\/\/[\w.:/-]+$/.test(url) || !/^[0-9a-f]{64}$/.test(sha256))
    throw new Error(`not for a formula: ${url}`)
  return [`      url "${url}"`, `      sha256 "${sha256}"`]
}
