#!/usr/bin/env bash
# docs/rules.md tells the truth, and speaks of every file of examples/rules: it prints the file, then what is said of it.
source tests/e2e/lib.bash
source tests/e2e/transcript.bash
tells_the_truth docs/rules.md
for file in examples/rules/*.skn; do
  grep -qxF "\$ cat $file" docs/rules.md || fail "docs/rules.md does not print $file"
  grep -qxF "\$ skein rules verify $file" docs/rules.md || fail "docs/rules.md does not verify $file"
done
((commands >= 25)) || fail "only $commands commands were found in docs/rules.md"
