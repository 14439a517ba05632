#!/usr/bin/env bash
# Every leaf of the rules is asked of two solvers: cvc5 must not find satisfiable what Z3 finds unsatisfiable.
command -v z3 >/dev/null && command -v cvc5 >/dev/null || { echo "z3 or cvc5 is not installed"; exit 77; }
source tests/e2e/lib.bash

exits 0 rules smt2 --all --out "$scratch/leaves"
says "leaves of"
leaves=("$scratch"/leaves/*.smt2)
((${#leaves[@]} >= 15)) || fail "only ${#leaves[@]} leaves"

# answer SOLVER...: sat, unsat or unknown, the last also for a solver that did not end in time.
answer() { timeout 20 "$@" 2>/dev/null | grep -xE 'sat|unsat|unknown' | head -n 1 || echo unknown; }

agreed=0 unknown=()
for leaf in "${leaves[@]}"; do
  name="$(basename "$leaf" .smt2)"
  z3="$(answer z3 -T:20 "$leaf")" cvc5="$(answer cvc5 --tlimit=15000 "$leaf")"
  [[ "$z3" == unsat ]] || fail "z3 answers '$z3' to $name, on which a certificate rests"
  case "$cvc5" in
    unsat) agreed=$((agreed + 1)) ;;
    sat) fail "the solvers disagree on $name: cvc5 finds it satisfiable" ;;
    *) unknown+=("$name") ;;
  esac
done
echo "${#leaves[@]} leaves: cvc5 agrees on $agreed, leaves ${#unknown[@]} open: ${unknown[*]:-none}"
((agreed * 2 > ${#leaves[@]})) || fail "cvc5 decides fewer than half of the leaves"
