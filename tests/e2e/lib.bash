# What the end-to-end scripts share: a scratch folder, and runs of skein with the expected exit code.
# Sourced by the scripts, which run in the root of the repository with SKEIN and SKEIN_KERNEL set.
set -euo pipefail
: "${SKEIN:?the path of skein}" "${SKEIN_KERNEL:?the path of skein-kernel}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

fail() {
  echo "FAILED: $*" >&2
  [[ ! -s "$scratch/stdout" ]] || { echo "--- stdout" && tail -n 20 "$scratch/stdout"; } >&2
  [[ ! -s "$scratch/stderr" ]] || { echo "--- stderr" && tail -n 20 "$scratch/stderr"; } >&2
  exit 1
}

# exits CODE ARGS...: skein ARGS ends with CODE; what it says is left in $scratch/stdout and $scratch/stderr.
exits() {
  local want="$1" got=0
  shift
  "$SKEIN" "$@" >"$scratch/stdout" 2>"$scratch/stderr" || got=$?
  [[ "$got" == "$want" ]] || fail "skein $* ended with $got, not $want"
}

# says TEXT, warns TEXT: TEXT occurs in what the last run wrote to stdout, to stderr.
says() { grep -qF -- "$1" "$scratch/stdout" || fail "stdout does not say: $1"; }
warns() { grep -qF -- "$1" "$scratch/stderr" || fail "stderr does not say: $1"; }
quiet() { [[ ! -s "$scratch/stdout" ]] || fail "there is output"; }

# field EXPRESSION: a Python expression over j, the JSON object on the last run's stdout.
field() {
  python3 -c 'import json, sys; j = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$scratch/stdout" "$1" ||
    fail "no $1 in the JSON object"
}
# holds EXPRESSION: it is true.
holds() { [[ "$(field "$1")" == True ]] || fail "does not hold: $1"; }
