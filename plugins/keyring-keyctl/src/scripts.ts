/**
 * What is done in the kernel's keyring, as scripts for `sh`. They run in a session keyring of their own
 * (`keyctl session -`), which the kernel drops with the last process in it:
 *
 * - To read a key, a process must possess it: find it by way of its session keyring. Sessions that systemd or
 *   `su` begin do not lead to the user's keyring (`@u`), and so may not even read what they have stored. The script's own
 *   session is made to lead there, and the user's stays as it is.
 * - A new key is made in it first, looked at, and then put in its place in the named keyring by one call of the kernel: what
 *   is there is the old item or the new one, whoever is killed when. A key that is left over goes with the session.
 *
 * Their arguments are the names of the keyring and of the key, in `$1` and `$2`; names are no secrets. The item's bytes
 * come on standard input.
 */
export const SCRIPTS = {
  /** Exit code 0 when the user's keyring can be reached. */
  probe: 'keyctl describe @u',

  /** Writes the bytes of a key to standard output. */
  get: `ring=$(keyctl search @u keyring "$1") &&
    key=$(keyctl search "$ring" user "$2") &&
    exec keyctl pipe "$key"`,

  /**
   * Puts a key in the place of the one of that name. `$3` is its size: when we are killed, a part of it may have come.
   * The named keyring is made only when it is not there: a new one would take the place of the old one.
   */
  set: `if ring=$(keyctl search @u keyring "$1" 2>&1); then :; else
      case $ring in *"Required key not available"*) ;; *) echo "$ring" >&2; exit 1 ;; esac
      ring=$(keyctl newring "$1" @u) || exit 1
    fi
    key=$(keyctl padd user "$2" @s) && size=$(keyctl pipe "$key" | wc -c) || exit 1
    if [ "$size" -ne "$3" ]; then echo "$size bytes of $3 have come" >&2; exit 1; fi
    keyctl link "$key" "$ring"`,

  /** Takes a key away. */
  remove: `ring=$(keyctl search @u keyring "$1") &&
    key=$(keyctl search "$ring" user "$2") &&
    keyctl unlink "$key" "$ring"`,

  /** Lists the keys, with their permissions, owners, types and names. */
  keys: `ring=$(keyctl search @u keyring "$1") &&
    exec keyctl list "$ring"`,
} as const

/** What stands before a script in a session of its own. */
export const LEAD_TO_USER_KEYRING = 'keyctl link @u @s || exit 1; '
