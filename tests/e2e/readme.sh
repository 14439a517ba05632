#!/usr/bin/env bash
# The README tells the truth: its commands say what it prints below them.
source tests/e2e/lib.bash
source tests/e2e/transcript.bash
tells_the_truth README.md
((commands >= 8)) || fail "only $commands commands were found in the README"
