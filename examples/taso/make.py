#!/usr/bin/env python3
"""Writes TASO's 133 graph substitutions as claims of skein.

usage: make.py taso_substitutions.jsonl [FOLDER]

Each line of the input is a substitution: its operators on either side, the outputs that are equated, and whether it holds.
A claim has one array for each external tensor. Its axes are the most general for which the *left* side is well-formed; what
the right side needs besides is left to skein (`when ?`). A split, which has no position in TASO's format, is given
the size of the first operand of the concatenation that set it.

Two readings of the convolutions of the left side: dense (one group; all substitutions, by operators: dense_*.skn) and with
groups inferred from the shapes (those with a convolution: grouped.skn).
"""
import json
import pathlib
import sys
from collections import Counter

# Substitutions that need one group on the left: with more they give other values.
NEED_ONE_GROUP = {98, 105, 125, 126, 127, 128, 129}

FUNCTIONS = {"MATMUL": "matmul", "EW_ADD": "plus", "EW_MUL": "times", "RELU": "rectified"}


def groups_first(monomial):
    return sorted(monomial, key=lambda v: (v[0] != "g", v))


class Size:
    """A polynomial in size variables with coefficients in the naturals: monomials (sorted tuples of names), counted."""

    def __init__(self, terms):
        self.terms = Counter({m: c for m, c in dict(terms).items() if c})

    @staticmethod
    def variable(name):
        return Size({(name,): 1})

    @staticmethod
    def number(n):
        return Size({(): n})

    def __add__(self, other):
        return Size(self.terms + other.terms)

    def __mul__(self, other):
        out = Counter()
        for a, i in self.terms.items():
            for b, j in other.terms.items():
                out[tuple(sorted(a + b))] += i * j
        return Size(out)

    def __eq__(self, other):
        return self.terms == other.terms

    def as_variable(self):
        (m, c), = self.terms.items() if len(self.terms) == 1 else (((), 0),)
        return m[0] if len(m) == 1 and c == 1 else None

    def as_number(self):
        return self.terms[()] if set(self.terms) == {()} else None

    def variables(self):
        return {v for m in self.terms for v in m}

    def minus_common(self, other):
        common = self.terms & other.terms
        return Size(self.terms - common)

    def substitute(self, values):
        out = Size({})
        for m, c in self.terms.items():
            term = Size.number(c)
            for v in m:
                term = term * values.get(v, Size.variable(v))
            out = out + term
        return out


class Shapes:
    """Unification of sizes: a solved form, and the equations between sums that remain."""

    def __init__(self):
        self.values = {}
        self.conditions = []
        self.fresh = 0

    def new(self, hint):
        self.fresh += 1
        return Size.variable(f"{hint}.{self.fresh}")

    def resolve(self, size):
        while True:
            once = size.substitute(self.values)
            if once == size:
                return size
            size = once

    def equate(self, a, b):
        a, b = self.resolve(a), self.resolve(b)
        a, b = a.minus_common(b), b.minus_common(a)
        if a == b:
            return
        if len(a.terms) == len(b.terms) == 1:  # sizes are >= 1: common factors cancel
            (m, i), (n, j) = *a.terms.items(), *b.terms.items()
            m, n = Counter(m), Counter(n)
            a, b = (Size({tuple(sorted((x - (m & n)).elements())): k}) for x, k in ((m, i), (n, j)))
        for x, y in ((a, b), (b, a)):
            v = x.as_variable()
            if v and v not in y.variables():
                self.values[v] = y
                return
        self.conditions.append((a, b))


class Claim:
    def __init__(self, rule, grouped):
        self.rule = rule
        self.grouped = grouped
        types = {o["type"] for o in rule["src"]}
        numdim = [o["params"]["NUMDIM"] for side in ("src", "dst") for o in rule[side] if "NUMDIM" in o["params"]]
        self.rank = 4 if "CONV2D" in types else 2 if "MATMUL" in types else numdim[0] if numdim else 0
        self.shapes = Shapes()
        self.tensors = {}
        self.data_groups = {}
        # The right side merges two convolutions along the channels: both are taken in the same number of groups.
        self.merged = any(o["type"] == "CONV2D" and o["inputs"][0][0] >= 0 and
                          rule["dst"][o["inputs"][0][0]]["params"].get("AXIS") == 1 for o in rule["dst"])
        self.common_groups = self.shapes.new("g")
        for side in ("src", "dst"):
            for o in rule[side]:
                for i, _ in o["inputs"]:
                    if i < 0 and i not in self.tensors:
                        hints = ["m", "n"][:self.rank]
                        if self.rank == 4:
                            weights = any(op["type"] == "CONV2D" and op["inputs"][1][0] == i for op in rule["src"])
                            hints = ["o" if weights else "n", "c", "h", "w"]
                        self.tensors[i] = [self.shapes.new(h) for h in hints]
        left = []
        for o in rule["src"]:
            left.append(self.output_shape(o, [self.tensors[i] if i < 0 else left[i] for i, _ in o["inputs"]]))

    def output_shape(self, o, inputs):
        """The shape of the result of an operator of the left side, with what it demands of its operands."""
        equate = self.shapes.equate
        kind, x = o["type"], inputs[0]
        if kind == "RELU":
            return x
        y = inputs[1]
        if kind in ("EW_ADD", "EW_MUL"):
            for a, b in zip(x, y):
                equate(a, b)
            return x
        if kind == "MATMUL":
            equate(x[1], y[0])
            return [x[0], y[1]]
        if kind == "CONCAT":
            axis = o["params"]["AXIS"]
            for k, (a, b) in enumerate(zip(x, y)):
                if k != axis:
                    equate(a, b)
            return [a + b if k == axis else a for k, (a, b) in enumerate(zip(x, y))]
        if kind == "CONV2D":
            for axis in (2, 3):
                equate(y[axis], Size.number(3))
            self.equate_channels(x, y)
            return [x[0], y[0], x[2], x[3]]
        raise ValueError(f"the operator {kind} does not occur on a left side")

    def equate_channels(self, data, weights):
        """Channels of the data = groups * input channels of the weights, and the groups divide the output channels."""
        resolve, equate, new = self.shapes.resolve, self.shapes.equate, self.shapes.new
        channels, inner = resolve(data[1]), resolve(weights[1])
        if not self.grouped or channels == inner:
            equate(data[1], weights[1])
            return
        if (known := self.data_groups.get(id(data))) is not None:  # a second convolution of this data
            groups, channels_of_group = known
            equate(weights[1], channels_of_group)
        elif channels.as_variable():
            groups = self.common_groups if self.merged else new("g")
            equate(data[1], groups * weights[1])
            self.data_groups[id(data)] = (groups, weights[1])
        else:  # the channels of an earlier convolution
            groups, rest = self.factors(channels)
            equate(weights[1], rest)
        out = resolve(weights[0])
        if out.as_variable():
            equate(weights[0], groups * new("r"))
        elif not any(set(resolve(groups).variables()) & set(m) for m in out.terms):
            also, _ = self.factors(out)  # weights of two convolutions: their groups divide the output channels
            equate(groups, also)

    def factors(self, size):
        """A size a*b as another product of two: by Euler's four numbers, a = p*q, b = s*t, and the two are p*s and q*t."""
        a, b = (Size.variable(v) for v in next(iter(size.terms)))
        p, q, s, t = (self.shapes.new("g") for _ in range(4))
        self.shapes.equate(a, p * q)
        self.shapes.equate(b, s * t)
        return p * s, q * t

    # --- text

    def name_sizes(self):
        """Short names for the size variables, in the order in which the header mentions them."""
        self.names = {}
        used = Counter()
        everything = [[self.shapes.resolve(a) for a in self.tensors[i]] for i in sorted(self.tensors, reverse=True)]
        order = []
        for shape in everything:
            for size in shape:
                for m in sorted(size.terms):
                    order += [v for v in groups_first(m) if v not in order]
        letters = {v: v.split(".")[0] for v in order}
        if self.rank == 2:
            letters = dict(zip(order, "mnklpqrst"))
        totals = Counter(letters.values())
        for v in order:
            used[letters[v]] += 1
            self.names[v] = letters[v] + (str(used[letters[v]]) if totals[letters[v]] > 1 else "")

    def size_text(self, size):
        size = self.shapes.resolve(size)
        if size.as_number() is not None:
            return str(size.as_number())
        terms = []
        for m, c in sorted(size.terms.items()):
            factors = [str(c)] * (c != 1) + [f"|{self.names[v]}|" for v in groups_first(m)]
            terms.append("*".join(factors))
        return " + ".join(terms)

    def axis_text(self, size):
        size = self.shapes.resolve(size)
        if size.as_number() is not None:
            return str(size.as_number())
        (m, _), = size.terms.items()
        return self.names[m[0]] if len(m) == 1 else "(" + ",".join(self.names[v] for v in groups_first(m)) + ")"

    def term(self, operators, reference, boundary=None):
        """The term of an output, and the sizes of the first operands that its axes were concatenated from."""
        i, output = reference
        if i < 0:
            return f"x{-i}", self.tensors[i], {}
        o = operators[i]
        parts = [self.term(operators, r) for r in o["inputs"]]
        texts = [p[0] for p in parts]
        shape, splits = list(parts[0][1]), dict(parts[0][2])
        kind, params = o["type"], o["params"]
        if self.rank == 0:
            sign = " + " if kind == "EW_ADD" else " * "
            wrapped = [f"({t})" if " " in t else t for t in texts]
            return sign.join(wrapped), shape, splits
        if kind == "SPLIT":
            axis = params["AXIS"]
            size = self.shapes.resolve(splits[axis])
            v = size.as_variable()
            return f"{('first', 'second')[output]}_{axis}[p:{self.names[v] if v else self.size_text(size)}]({texts[0]})", \
                shape, splits
        if kind == "CONCAT":
            axis = params["AXIS"]
            splits[axis] = shape[axis]
            shape[axis] = shape[axis] + parts[1][1][axis]
            function = f"concat_{axis}"
        elif kind == "CONV2D":
            function = {0: "conv", 2: "conv_relu"}[params["ACTI"]]
            splits = {0: splits.get(0), 1: parts[1][2].get(0)}
            shape[1] = parts[1][1][0]
        else:
            function = FUNCTIONS[kind]
            if kind == "MATMUL":
                splits = {0: splits.get(0), 1: parts[1][2].get(1)}
                shape[1] = parts[1][1][1]
        return f"{function}({', '.join(texts)})", shape, {a: s for a, s in splits.items() if s is not None}

    def text(self):
        self.name_sizes()
        rule = self.rule
        header = []
        for i in sorted(self.tensors, reverse=True):
            axes = ",".join(self.axis_text(a) for a in self.tensors[i])
            header.append(f"x{-i}" + (f"[{axes}]" if axes else ""))
        equations = []
        for m in rule["map"]:
            left = self.term(rule["src"], [m["srcOp"], m["srcTs"]])[0]
            right = self.term(rule["dst"], [m["dstOp"], m["dstTs"]])[0]
            one_line = f"{left} == {right}"
            equations.append(one_line if len(one_line) < 112 else f"{left}\n  == {right}")
        false = not rule["holds"] or self.grouped and rule["id"] in NEED_ONE_GROUP
        name = f"taso_{rule['id']:03}" + ("_grouped" if self.grouped else "")
        lines = [f"{'false ' if false else ''}rule {name}({', '.join(header)}):"]
        lines += [f"  {e}" + (" and" if k + 1 < len(equations) else "") for k, e in enumerate(equations)]
        if self.rank:
            conditions = [f"{self.size_text(a)} == {self.size_text(b)}" for a, b in self.shapes.conditions]
            lines.append("  when " + ", ".join(["?"] + conditions))
        return "\n".join(lines)


HEADERS = {
    "dense_elementwise.skn": """# TASO's substitutions of elementwise operators, stated of scalars. The kernel lifts every law over further
# axes, so a law of scalars is the law at every rank and shape.
""",
    "dense_matrices.skn": """# TASO's substitutions of operators on matrices. `when ?`: for all sizes for which the right side is well-formed.
import "operators/matrices.skn"
""",
    "dense_images.skn": """# TASO's substitutions of operators on batches of images, convolutions on the left in one group. Those on the right
# have as many groups as the shapes say. `when ?`: for all sizes for which the right side is well-formed.
import "operators/images.skn"
""",
    "grouped.skn": """# TASO's substitutions with convolutions in any number of groups, as inferred from the shapes. Where the right side merges
# two convolutions along the channels, both are in the same number of groups.
import "operators/images.skn"
""",
}


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.strip())
    with open(sys.argv[1], encoding="utf-8") as file:
        rules = [json.loads(line) for line in file if line.strip()]
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else pathlib.Path(__file__).parent)
    texts = {name: [] for name in HEADERS}
    for rule in rules:
        claim = Claim(rule, grouped=False)
        name = {0: "dense_elementwise.skn", 2: "dense_matrices.skn", 4: "dense_images.skn"}[claim.rank]
        texts[name].append(claim.text())
        if any(o["type"] == "CONV2D" for o in rule["src"]):
            texts["grouped.skn"].append(Claim(rule, grouped=True).text())
    for name, claims in texts.items():
        content = f"# Written by make.py from taso_substitutions.jsonl.\n{HEADERS[name]}\n" + "\n".join(claims) + "\n"
        (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
