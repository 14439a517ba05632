# A page tells the truth: every `$ skein ...` in its blocks runs in a tree of its own, in the page's order, and says what is
# printed below it. A line `...` stands for anything; of decimal numbers and of whole seconds only the presence is
# compared. What goes to stderr comes last, as the page shows a refusal of bad input.
# Sourced behind lib.bash by the scripts that check a page.
page=""
tree="$scratch/tree"
mkdir "$tree" "$tree/build"
for part in examples rules proofs; do ln -s "$PWD/$part" "$tree/$part"; done

numbers_off() { sed -E 's/-?[0-9]+\.?[0-9]*(e[-+]?[0-9]+)? (absolute|relative)/# \2/g; s/-?[0-9]+\.[0-9]+(e[-+]?[0-9]+)?/#/g; s/[0-9]+ s$/# s/'; }

# compare COMMAND: the lines of $scratch/wanted occur in what was said in order; without a gap unless `...` stands between.
compare() {
  awk '
    NR == FNR { said[++total] = $0; next }
    $0 == "..." { gap = 1; next }
    {
      while (gap && at < total && said[at + 1] != $0) ++at
      if (said[++at] != $0) { print "not said: " $0; exit 1 }
      gap = 0
    }' <(cat "$scratch/stdout" "$scratch/stderr" | numbers_off) <(numbers_off <"$scratch/wanted") || fail "$page on: $1"
}

run() {
  local words
  read -r -a words <<<"${1#\$ }"
  case "${words[0]} ${words[1]:-}" in
    "./dev run") words=("$SKEIN" "${words[@]:2}") ;;
    "skein "*) words[0]="$SKEIN" ;;
    "build/release/skein-kernel "*) words[0]="$SKEIN_KERNEL" ;;
    "cat examples/"*) ;;
    "./dev test") return ;;
    *) fail "$page runs something unknown: $1" ;;
  esac
  (cd "$tree" && "${words[@]}") >"$scratch/stdout" 2>"$scratch/stderr" || true  # a refutation exits with 1
  compare "$1"
}

finish() {
  [[ -z "$command" ]] || { run "$command" && commands=$((commands + 1)); }
  command=""
  : >"$scratch/wanted"
}

# tells_the_truth PAGE: as above; the number of commands is left in $commands.
tells_the_truth() {
  local line inside=""
  page="$1" commands=0 command=""
  : >"$scratch/wanted"
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
  done <"$page"
}
