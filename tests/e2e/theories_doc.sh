#!/usr/bin/env bash
# docs/theories.md tells the truth, and proves every file of examples/theories.
source tests/e2e/lib.bash
source tests/e2e/transcript.bash
tells_the_truth docs/theories.md
for file in examples/theories/*.skn; do
  grep -qxF "\$ skein prove $file" docs/theories.md || fail "docs/theories.md does not prove $file"
done
((commands >= 8)) || fail "only $commands commands were found in docs/theories.md"
