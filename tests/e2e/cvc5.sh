#!/usr/bin/env bash
# Every leaf of the rules is asked of two solvers: neither may find satisfiable what a certificate rests on. Leaves that
# cvc5 leaves open are listed; z3 is asked as a program, with its own strategy, and may leave some open as well.
command -v z3 >/dev/null && command -v cvc5 >/dev/null || { echo "z3 or cvc5 is not installed"; exit 77; }
source tests/e2e/lib.bash

exits 0 rules smt2 --all --out "$scratch/leaves"
says "leaves of"
leaves=("$scratch"/leaves/*.smt2)
((${#leaves[@]} >= 15)) || fail "only ${#leaves[@]} leaves"

# ask LEAF: its name and the answers of z3 and cvc5; unknown also stands for a solver that did not end in time.
ask() {
  set -o pipefail
  answer() { timeout 20 "$@" 2>/dev/null | grep -xE 'sat|unsat|unknown' | head -n 1 || echo unknown; }
  echo "$(basename "$1" .smt2) $(answer z3 -T:10 "$1") $(answer cvc5 --tlimit=5000 "$1")"
}
export -f ask
printf '%s\0' "${leaves[@]}" | xargs -0 -n 1 -P 2 bash -c 'ask "$1"' ask >"$scratch/answers"
(($(wc -l <"$scratch/answers") == ${#leaves[@]})) || fail "not every leaf was asked"

# names AWK_CONDITION: of the leaves for which it holds.
names() { awk "$1 { print \$1 }" "$scratch/answers" | sort | xargs; }
wrong="$(names '$2 == "sat" || $3 == "sat"')"
[[ -z "$wrong" ]] || fail "a solver finds satisfiable what a certificate rests on: $wrong"
confirmed="$(names '$3 == "unsat"' | wc -w)"
echo "${#leaves[@]} leaves: cvc5 confirms $confirmed, leaves open: $(names '$3 == "unknown"')"
echo "z3 as a program leaves open: $(names '$2 == "unknown"')"
((confirmed * 4 > 3 * ${#leaves[@]})) || fail "cvc5 decides fewer than three quarters of the leaves"
(($(names '$2 == "unsat"' | wc -w) * 10 > 9 * ${#leaves[@]})) || fail "z3 decides fewer than nine tenths of them"
