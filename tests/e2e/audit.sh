#!/usr/bin/env bash
# The library passes its audit within seconds, and the audit finds each kind of fault that is put into it.
source tests/e2e/lib.bash
exits 0 rules audit --json
holds 'j["statements"] == j["axioms"] + j["rules"] + j["laws"] and j["axioms"] < 40'
holds 'all(c["holds"] and not c["findings"] for c in j["checks"])'
holds '[c["check"] for c in j["checks"]] == ["axioms", "kinds", "twins", "imports", "sizes", "same", "one step", "lifts"]'
holds 'j["lifts"]["instances"] == 100 * j["statements"] and not j["lifts"]["verified_but_false"]'
holds 'all(j["lifts"][form] > j["statements"] for form in ["further", "repeated", "strided", "diagonal", "computed"])'

# finds CHECK TEXT: this check alone fails on the file, and says so.
file="$scratch/library.skn"
finds() {
  exits 1 rules audit "$file" --lifts 20 --json
  holds "[c['check'] for c in j['checks'] if not c['holds']] == ['$1']"
  holds "any('$2' in f['what'] for c in j['checks'] for f in c['findings'])"
}
twin="false law twin(x, y): x * y == x"

cat >"$file" <<EOF
law sound(c, x[n]): sum[n] (x[n] * c) == c * (sum[n] x[n])
$twin
EOF
exits 0 rules audit "$file" --lifts 20

echo "rule by_itself(x, y): (x + y) * (x - y) == x * x - y * y
false rule twin(x, y): x * y == x" >"$file"
finds kinds 'by_itself is a law'

echo 'law alone(c, x[n]): sum[n] (x[n] * c) == c * (sum[n] x[n])' >"$file"
finds twins 'alone has no false twin'

cat >"$file" <<EOF
law first(c, x[n]): sum[n] (x[n] * c) == c * (sum[n] x[n])
$twin
law renamed(w[k], b): b * (sum[k] w[k]) == sum[k] (w[k] * b)
false law other(x, y): x * y == y
EOF
exits 1 rules audit "$file" --json
holds 'any(f["what"] == "renamed is first" for c in j["checks"] if c["check"] == "same" for f in c["findings"])'

cat >"$file" <<EOF
law general(c, x[n]): sum[n] (x[n] * c) == c * (sum[n] x[n])
$twin
law instance(a, x[n]): sum[n] (exp(x[n]) * (a * a)) == a * a * (sum[n] exp(x[n]))
false law other(x, y): x * y == y
EOF
finds 'one step' 'instance is one step with general'
sed -i 's/^law instance/# Kept because a test says so.\n&/' "$file"
exits 0 rules audit "$file" --lifts 20
says "kept for a reason: instance is one step with general"

cat >"$file" <<EOF
# A cube.
law large(a, b): (a + b) * (a + b) * (a + b) == a * a * a + 3 * a * a * b + 3 * a * b * b + b * b * b + inv(a) - inv(a) + (sin(b) - sin(b)) + (cos(a) - cos(a))
$twin
EOF
finds sizes 'operators on a side'
sed -i 's/^# A cube.$/&\n# Large because a test wants it./' "$file"
exits 0 rules audit "$file" --lifts 20

# A false statement is found at a lift, though no derivation of it was.
cat >"$file" <<EOF
rule positive_only(x): sqrt(x * x) == x
false rule twin(x, y): x * y == x
EOF
exits 1 rules audit "$file" --json
holds 'j["lifts"]["false"] == ["positive_only"] and j["lifts"]["verified_but_false"] == []'
exits 64 rules audit --lifts -1
exits 65 rules audit "$scratch/nothing.skn"
