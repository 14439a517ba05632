#!/usr/bin/env bash
# The README tells the truth: every `$ skein ...` in it runs, and says what is printed below it, in this order. A line
# `...` stands for anything; of decimal numbers and of whole seconds only the presence is
# compared.
source tests/e2e/lib.bash
root="$PWD"
mkdir "$scratch/tree" "$scratch/tree/build"
for part in examples rules proofs; do ln -s "$root/$part" "$scratch/tree/$part"; done

numbers_off() { sed -E 's/-?[0-9]+\.?[0-9]*(e[-+]?[0-9]+)? (absolute|relative)/# \2/g; s/-?[0-9]+\.[0-9]+(e[-+]?[0-9]+)?/#/g; s/[0-9]+ s$/# s/' "$1"; }

# compare COMMAND: the lines of $scratch/wanted occur in $scratch/stdout in order; without a gap unless `...` stands between.
compare() {
  awk '
    NR == FNR { said[++total] = $0; next }
    $0 == "..." { gap = 1; next }
    {
      while (gap && at < total && said[at + 1] != $0) ++at
      if (said[++at] != $0) { print "not said: " $0; exit 1 }
      gap = 0
    }' <(numbers_off "$scratch/stdout") <(numbers_off "$scratch/wanted") || fail "the README on: $1"
}

run() {
  local words
  read -r -a words <<<"${1#\$ }"
  case "${words[0]} ${words[1]:-}" in
    "./dev run") words=("$SKEIN" "${words[@]:2}") ;;
    "skein "*) words[0]="$SKEIN" ;;
    "build/release/skein-kernel "*) words[0]="$SKEIN_KERNEL" ;;
    "./dev test") return ;;
    *) fail "the README runs something unknown: $1" ;;
  esac
  (cd "$scratch/tree" && "${words[@]}") >"$scratch/stdout" 2>"$scratch/stderr" || true  # a refutation exits with 1
  compare "$1"
}

commands=0 command=""
: >"$scratch/wanted"
finish() {
  [[ -z "$command" ]] || { run "$command" && commands=$((commands + 1)); }
  command=""
  : >"$scratch/wanted"
}
inside=""
while IFS= read -r line; do
  if [[ "$line" == '```' ]]; then
    finish
    [[ -z "$inside" ]] && inside=1 || inside=""
  elif [[ -n "$inside" && "$line" == '$ '* ]]; then
    finish
    command="$line"
  elif [[ -n "$command" ]]; then
    printf '%s\n' "$line" >>"$scratch/wanted"
  fi
done <README.md
((commands >= 8)) || fail "only $commands commands were found in the README"
