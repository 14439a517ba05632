#!/usr/bin/env bash
# The theories of rules/theories: every theorem is proved, every false one refuted by a model that checks again; the
# certificates of proofs/theories are those that are made today, and the kernel accepts them.
source tests/e2e/lib.bash
out="$scratch/out"
for file in rules/theories/*.skn; do
  exits 0 prove "$file" --out "$out" --json
  holds 'j["total"] == j["as_expected"] and j["total"] > 0'
  holds 'all(r["certificate"] for r in j["results"] if r["expected"] == "proved")'
  python3 -c 'import json, sys; [print(r["witness"], sys.argv[2] + ":" + r["name"]) for r in json.load(open(sys.argv[1]))["results"] if r["witness"]]' \
    "$scratch/stdout" "$file" >>"$scratch/witnesses"
  field 'sum(r["verdict"] == "proved" for r in j["results"])' >>"$scratch/proved"
done
[[ "$(awk '{ n += $1 } END { print n }' "$scratch/proved")" -ge 40 ]] || fail "fewer than 40 theorems"
[[ "$(wc -l <"$scratch/proved")" -ge 7 ]] || fail "fewer than 7 files"
while read -r witness claim; do
  exits 0 run "$witness" "$claim"
done <"$scratch/witnesses"
# Another claim's model refutes nothing.
exits 1 run "$out/Monoid.commutes.witness" rules/theories/monoid.skn:Monoid.assoc4
says "refutes nothing: assoc4 holds in the model"

mkdir "$scratch/certificates"
cp "$out"/*.cert "$scratch/certificates"
diff -r "$scratch/certificates" proofs/theories >"$scratch/diff" ||
  fail "proofs/theories is not what is made today ($(head -n 3 "$scratch/diff")): for f in rules/theories/*.skn; do skein prove \$f --out OUT; done, and copy OUT/*.cert"
"$SKEIN_KERNEL" --solver none proofs/theories/*.cert >"$scratch/stdout" || fail "the kernel rejects a certificate"

exits 0 replay proofs/theories/Hopf.cert rules/theories/hopf.skn
says "Hopf.antipode_mul: mul ; s == s * s ; swap ; mul"
says "accepted proofs/theories/Hopf.cert"
exits 0 replay proofs/theories/Hopf.cert rules/theories/hopf.skn:antipode_mul
exits 1 replay proofs/theories/Monoid.cert rules/theories/hopf.skn
says "which rules/theories/hopf.skn does not declare"
# The file says something else today: a rule, or the theorem.
sed 's/rule assoc: mul \* id ; mul == id \* mul ; mul/rule assoc: mul * id ; mul == swap * id ; id * mul ; mul/' rules/theories/monoid.skn >"$scratch/monoid.skn"
exits 65 prove "$scratch/monoid.skn" --out "$out"
warns "the rule assoc does not hold in the model LeftZero"
sed -i '/model LeftZero {/,/^  }/d' "$scratch/monoid.skn"
exits 1 replay proofs/theories/Monoid.cert "$scratch/monoid.skn"
says "the rule assoc is not one of this theory"
sed 's/theorem unit_unit: unit \* unit ; mul == unit /theorem unit_unit: unit == unit /' rules/theories/monoid.skn >"$scratch/monoid.skn"
exits 1 replay proofs/theories/Monoid.cert "$scratch/monoid.skn"
says "another statement of the name"
sed 's/left unit_left forward/left unit_right forward/' proofs/theories/Monoid.cert >"$scratch/Monoid.cert"
exits 1 replay "$scratch/Monoid.cert" rules/theories/monoid.skn
says "the kernel rejects it: line"

exits 0 rules verify rules/theories/monoid.skn rules/theories/markov.skn --out "$out" --json
holds 'j["verified"] > 20 and j["false_refuted"] > 5 and j["refuted"] == j["unknown"] == j["false_accepted"] == 0'

# A failed lemma taints what uses it, a hole shows what can come next, a search finds a proof, a mixture is refused.
cat >"$scratch/t.skn" <<'END'
theory T : symmetric {
  object A
  gen f, g, h: A -> A
  rule fg: f == g
  theorem gap: f ; f == g ; h by rewrite fg
  theorem use: f ; f ; f == g ; h ; g by { rewrite gap ; rewrite fg }
  theorem hole: f ; f == g ; g by { rewrite fg ; ? }
  theorem ask: f ; f == g ; g by { = ? by rewrite fg }
  theorem found: f ; f == g ; g by search 2
}
END
exits 1 prove "$scratch/t.skn" --out "$out" --json
holds '[r["verdict"] for r in j["results"]] == ["refuted", "unknown", "unknown", "unknown", "proved"]'
holds 'j["results"][1]["rests_on"] == ["gap"]'
holds '"= g ; g by rewrite fg" in j["results"][2]["next"]'
holds 'j["results"][3]["next"] == ["= f ; g by rewrite fg", "= g ; f by rewrite fg"]'
holds 'len(j["results"][4]["found"]) == 2'
[[ "$(grep -c '^theorem' "$out/T.cert")" == 1 ]] || fail "the certificate has theorems that are not proved"
echo 'theory Both : cartesian, compact { object A }' >"$scratch/both.skn"
exits 65 prove "$scratch/both.skn" --out "$out"
warns "every two diagrams of one type are equal"
# A witness that is no model of the theory, in every way that a file can be wrong.
mkdir "$scratch/w"
while read -r words; do
  read -r text
  echo "$text" >"$scratch/w/witness.json"
  exits 65 run "$scratch/w" "$scratch/t.skn:gap"
  warns "$words"
done <<'END'
this is no witness with a model
{"dimensions": 5, "boxes": 3}
this is no witness with a model
[]
the object A has no dimension
{"dimensions": {"A": 0}, "boxes": {}}
has rows of several lengths
{"dimensions": {"A": 1}, "boxes": {"f": [[], ["1"]], "g": [["1"]], "h": [["1"]]}}
f has no matrix
{"dimensions": {"A": 1}, "boxes": {"f": []}}
no rational number
{"dimensions": {"A": 1}, "boxes": {"f": [["1/0"]]}}
has no residue modulo
{"dimensions": {"A": 1}, "boxes": {"f": [["1/2147483647"]], "g": [["1"]], "h": [["1"]]}}
END
echo '{"dimensions": {"A": 1}, "boxes": {"f": [["1/2"]], "g": [["1/2"]], "h": [["1/3"]]}}' >"$scratch/w/witness.json"
exits 0 run "$scratch/w" "$scratch/t.skn:gap"
says "536870912 on the left"

# The limits hold for it, and for a theory that cannot be decided within them, which is unknown.
wires() { printf 'A%.0s * ' $(seq "$1") | sed 's/ \* $//'; }
cat >"$scratch/slow.skn" <<END
theory Slow : markov {
  object A
  gen f: $(wires 6) -> $(wires 6)
  theorem t: $(printf 'f ; %.0s' $(seq 300)) f == f
}
END
python3 - "$scratch/w/witness.json" <<'MAKE'
import json, sys
row = [[f"1/{64}"] * 64] * 64
json.dump({"dimensions": {"A": 2}, "boxes": {"f": row}}, open(sys.argv[1], "w"))
MAKE
exits 2 run "$scratch/w" "$scratch/slow.skn:t" --timeout 0.2
warns "the time limit of 0.2 s was reached"
exits 2 prove "$scratch/slow.skn" --out "$out" --timeout 0.001 --memory 30
says "slow.skn: the memory limit"
exits 2 rules verify "$scratch/slow.skn" --out "$out" --memory 30 --json
holds 'j["unknown"] == 1 and j["rules"][0]["seconds"] >= 0'
exits 2 rules verify "$scratch/slow.skn" --out "$out" --memory 30
# A theorem's name is no path.
cat >"$scratch/names.skn" <<'END'
theory T : symmetric {
  object A
  gen f: A -> A
  theorem `../../up`: f == id
}
END
exits 1 prove "$scratch/names.skn" --out "$scratch/deep/er/out"
[[ -f "$scratch/deep/er/out/T...%2F..%2Fup.witness/witness.json" ]] || fail "the witness is elsewhere"
printf 'def f(x)[] = x + 1\ndef g(x)[] = 1 + x\ntheorem `../../up`: f == g\n' >"$scratch/names.skn"
exits 0 prove "$scratch/names.skn" --out "$scratch/deep/er/out"
[[ -f "$scratch/deep/er/out/%2E.%2F..%2Fup.cert" ]] || fail "the certificate is elsewhere"

echo "theories pass: $(wc -l <"$scratch/witnesses") refutations checked again"
