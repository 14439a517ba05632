#!/usr/bin/env bash
# skein-kernel replays certificates of monoidal theories, alone or with one that they import, and says why it rejects one.
set -euo pipefail
kernel=${SKEIN_KERNEL:-build/release/skein-kernel}
[ -x "$kernel" ] || exit 77
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

theory() {
  cat <<'THEORY'
skein monoidal certificate 1
theory Monoid symmetric
object A
generator m A A > A
generator u > A
rule unit ==
A A A | u > 1 | m 1 0 > 2 | 0 > 2
A | 0 > 0
THEORY
}
{
  theory
  cat <<'THEOREM'
theorem units ==
A A A A A | u > 1 | u > 2 | m 2 0 > 3 | m 1 3 > 4 | 0 > 4
A | 0 > 0
left unit forward 0 2 3 | 1 2 |
left unit forward 0 1 4 | 0 3 |
iso 0 |
THEOREM
} >"$folder/units.cert"
{
  theory
  echo "import $(sha256sum "$folder/units.cert" | cut -d ' ' -f 1)"
  cat <<'THEOREM'
theorem again ==
A A A A A | u > 1 | u > 2 | m 2 0 > 3 | m 1 3 > 4 | 0 > 4
A | 0 > 0
left units forward 0 1 2 3 4 | 0 1 2 3 |
iso 0 |
THEOREM
} >"$folder/again.cert"

said=$("$kernel" "$folder/units.cert" "$folder/again.cert")
grep -q 'accepted .*units.cert: theory Monoid, symmetric, rules: 1' <<<"$said"
grep -q 'units: 4 boxes == 0 boxes; 2 steps' <<<"$said"
"$kernel" --json "$folder/again.cert" | grep -q '"rejected": \[\]'

# rejects NAME WORDS: the certificate in NAME is rejected with WORDS.
rejects() {
  local said status=0
  said=$("$kernel" "$folder/$1") || status=$?
  [ "$status" = 1 ] && grep -qF "$2" <<<"$said" || { echo "$1: status $status, $said"; exit 1; }
}
sed 's/left unit forward 0 1 4 | 0 3 |/left unit forward 0 1 4 | 1 3 |/' "$folder/units.cert" >"$folder/forged.cert"
rejects forged.cert "theorem units, step 2: the rule 'unit' does not match there"
sed 's/^import ./import x/' "$folder/again.cert" >"$folder/forged.cert"
rejects forged.cert "there is no certificate with the digest"
sed 's/symmetric/traced/' "$folder/units.cert" >"$folder/forged.cert"
rejects forged.cert "the structure 'traced' is not supported"
