#!/usr/bin/env bash
# The ledger in the repository is what the rules give today: derived anew, every certificate is the same to the byte.
source tests/e2e/lib.bash
exits 0 rules verify --anew --write-ledger "$scratch/ledger" --json
diff -rq "$scratch/ledger" proofs/ledger || fail "proofs/ledger is stale: run skein rules verify --write-ledger proofs/ledger"
