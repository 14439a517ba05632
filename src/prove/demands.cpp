#include "prove/demands.hpp"

#include <algorithm>
#include <map>

namespace skein {
namespace {

constexpr std::size_t most_demands = 200;  // of one wire

class TooMany {};

// A demand while it is carried up: the value at indices of the wire that it has come to, and at others that range over
// all their values, since a box in between binds them.
struct Carried {
  Ref value;
  Sign sign;
  WireId about;
  bool guarded = false;
  std::optional<Size> axis = {};
};

struct OfWire {
  std::vector<Index> at;  // one for each axis of the wire
  std::vector<Carried> demands;
};

class Collector {
 public:
  Collector(DiagramBuilder& b, const SizeContext& sizes, const std::function<bool(WireId, Sign)>& discharged)
      : b_(b), sizes_(sizes), discharged_(discharged) {}

  const OfWire& of(WireId root) {
    std::vector<WireId> stack{root};
    while (!stack.empty()) {
      const WireId w = stack.back();
      if (found_.count(w)) {
        stack.pop_back();
        continue;
      }
      bool ready = true;
      for (const Port& p : b_.box(w).inputs)
        if (!found_.count(p.wire)) stack.push_back(p.wire), ready = false;
      if (ready) found_.emplace(w, collected(w));
    }
    return found_.at(root);
  }

  // At all points of the root's axes; of an axis that may be empty there may be none.
  std::vector<Demand> everywhere(WireId root) {
    OfWire top = of(root);
    std::vector<Demand> out;
    for (Carried& c : top.demands) {
      for (Index i : top.at) c = bound(std::move(c), i);
      out.push_back({whole(c), c.sign, c.about, c.guarded, c.axis});
    }
    return out;
  }

 private:
  OfWire collected(WireId w) {
    const Box box = b_.box(w);
    const Ref here = b_.at_fresh(w);
    const DiagramBuilder::Opened o = b_.open(here);
    OfWire out{here.at, {}};
    seen_.clear();
    if (box.op == Op::view) {
      const OfWire& in = found_.at(box.inputs[0].wire);
      IndexMap where;
      for (std::size_t s = 0; s < in.at.size(); ++s) where[in.at[s]] = o.index[s];
      for (Carried c : in.demands) {
        c.value = b_.read(c.value, where);
        add(out, std::move(c));
      }
      return out;
    }
    for (std::size_t n = 0; n < o.inputs.size(); ++n) {
      const OfWire& in = found_.at(o.inputs[n].wire);
      std::map<Index, Index> local;
      for (std::size_t s = 0; s < in.at.size(); ++s) local[in.at[s]] = o.inputs[n].at[s];
      for (Carried c : in.demands) {
        c.value = b_.rename(c.value, local);
        if (box.op == Op::cases) c = in_branch(std::move(c), o.index, n == 0);
        if (box.op == Op::where && n > 0) c = in_branch(std::move(c), o.inputs[0], n == 1);
        for (Index i : o.bound) c = bound(std::move(c), i);
        add(out, std::move(c));
      }
    }
    own(box, o, out);
    return out;
  }

  // What the box itself asks for.
  void own(const Box& box, const DiagramBuilder::Opened& o, OfWire& out) {
    auto of_argument = [&](Sign s) {
      if (!discharged_(o.inputs[0].wire, s)) add(out, {o.inputs[0], s, o.inputs[0].wire});
    };
    if (box.op == Op::inv) of_argument(Sign::nonzero);
    if (box.op == Op::log) of_argument(Sign::positive);
    if (box.op == Op::sqrt) of_argument(Sign::nonnegative);
    if (box.op == Op::reduce && (box.fold == Op::max || box.fold == Op::min))
      for (const Axis& a : box.bound)
        if (!sizes_.positive(a.size)) {
          const Ref size = b_.size_value(a.size);
          add(out, {size, Sign::positive, size.wire, false, a.size});
        }
  }

  Carried in_branch(Carried c, const std::vector<IndexExpression>& guard, bool then) {
    const Ref one = b_.literal(1);
    c.value = then ? b_.cases(guard, c.value, one) : b_.cases(guard, one, c.value);
    c.guarded = true;
    return c;
  }
  Carried in_branch(Carried c, const Ref& condition, bool then) {
    const Ref one = b_.literal(1);
    c.value = b_.add(Op::where, {condition, then ? c.value : one, then ? one : c.value});
    c.guarded = true;
    return c;
  }

  // From here on for all i: nothing is asked for if there is none, which a value that does not read i would not say.
  Carried bound(Carried c, Index i) {
    const Size size = b_.axis(i).size;
    const bool reads = std::find(c.value.at.begin(), c.value.at.end(), i) != c.value.at.end();
    return reads || sizes_.positive(size) ? c : in_branch(std::move(c), {index_size(size) - index_constant(1)}, true);
  }

  void add(OfWire& out, Carried c) {
    std::vector<std::ptrdiff_t> places;  // which axes of the wire the value is read at; the others are alike
    for (Index i : c.value.at) {
      const auto it = std::find(out.at.begin(), out.at.end(), i);
      places.push_back(it == out.at.end() ? -1 : it - out.at.begin());
    }
    if (!seen_.insert({c.value.wire, c.sign, std::move(places)}).second) return;
    if (out.demands.size() == most_demands) throw TooMany();
    out.demands.push_back(std::move(c));
  }

  // Read through views that reach every point, a term has the same values as without them.
  WireId whole(const Carried& c) const {
    WireId w = c.value.wire;
    while (!c.guarded && b_.box(w).op == Op::view && covers(w)) w = b_.box(w).inputs[0].wire;
    return w;
  }

  // Whether a view reads every point of its input. The axes of the input, those that share an index together, must
  // read digits of a number whose every value occurs once.
  bool covers(WireId view) const {
    const Box& x = b_.box(view);
    const std::vector<Axis>& axes = b_.axes(x.inputs[0].wire);
    std::vector<bool> done(axes.size(), false);
    for (std::size_t s = 0; s < axes.size(); ++s) {
      if (done[s]) continue;
      std::vector<Index> indices = free_indices(x.index[s]);
      IndexExpression number = x.index[s];
      Size count = axes[s].size;
      for (std::size_t t = s + 1; t < axes.size(); ++t) {
        const std::vector<Index> more = free_indices(x.index[t]);
        const bool shares = std::any_of(more.begin(), more.end(), [&](Index i) {
          return std::find(indices.begin(), indices.end(), i) != indices.end();
        });
        if (!shares) continue;
        if (done[t]) return false;
        done[t] = true;
        indices.insert(indices.end(), more.begin(), more.end());
        number = number * index_size(axes[t].size) + x.index[t];
        count = count * axes[t].size;
      }
      const IndexExpression backwards = index_size(count) - index_constant(1) - number;
      if (!counts_to(number, count, x.degree) && !counts_to(backwards, count, x.degree)) return false;
    }
    return true;
  }

  // number == i + |i| * (j + |j| * ..) for different indices, |i| |j| .. == count.
  static bool counts_to(IndexExpression number, const Size& count, const std::vector<Axis>& axes) {
    Size stride = size_constant(1);
    std::vector<Index> indices = free_indices(number);
    while (!indices.empty()) {
      const auto next = std::find_if(indices.begin(), indices.end(), [&](Index i) {
        const IndexExpression rest = number - index_variable(i) * index_size(stride);
        const std::vector<Index> left = free_indices(rest);
        return std::find(left.begin(), left.end(), i) == left.end();
      });
      if (next == indices.end()) return false;
      number -= index_variable(*next) * index_size(stride);
      stride = stride * axes[next->id].size;
      indices.erase(next);
    }
    return number.is_zero() && stride == count;
  }

  DiagramBuilder& b_;
  const SizeContext& sizes_;
  const std::function<bool(WireId, Sign)>& discharged_;
  std::map<WireId, OfWire> found_;
  std::set<std::tuple<WireId, Sign, std::vector<std::ptrdiff_t>>> seen_;  // of the wire that is collected
};

}  // namespace

std::optional<std::vector<Demand>> demands_below(DiagramBuilder& b, const SizeContext& sizes,
                                                 const std::vector<WireId>& roots,
                                                 const std::function<bool(WireId, Sign)>& discharged) {
  Collector collector(b, sizes, discharged);
  std::vector<Demand> out;
  try {
    for (WireId root : roots)
      for (Demand& d : collector.everywhere(root))
        if (!discharged(d.value, d.sign)) out.push_back(std::move(d));
  } catch (const TooMany&) {
    return std::nullopt;
  }
  return out;
}

}  // namespace skein
