#include "search/cost.hpp"

#include <algorithm>
#include <stdexcept>

namespace skein {
namespace {

constexpr long bytes_of_element = 4;

Size product(const std::vector<Axis>& axes) {
  Size n = size_constant(1);
  for (const Axis& a : axes) n = n * a.size;
  return n;
}

// Operations for one point of a box's local indices.
long count(const Box& box) {
  switch (box.op) {
    case Op::add:
    case Op::mul:
    case Op::max:
    case Op::min:
    case Op::conj:
    case Op::disj: return static_cast<long>(box.inputs.size()) - 1;
    case Op::exp:
    case Op::log:
    case Op::sqrt:
    case Op::erf:
    case Op::sin:
    case Op::cos: return 4;
    case Op::negate:
    case Op::inv:
    case Op::less:
    case Op::less_equal:
    case Op::equal:
    case Op::where:
    case Op::fin:
    case Op::reduce:
    case Op::opaque: return 1;
    case Op::input:
    case Op::literal:
    case Op::neg_inf:
    case Op::size_value:
    case Op::index_value:
    case Op::view:
    case Op::cases: return 0;
  }
  return 0;
}

class Account {
 public:
  Account(const DiagramBuilder& b, const std::vector<Ref>& outputs, const std::set<Symbol>& constants)
      : b_(b), constants_(constants) {
    for (const Ref& o : outputs) visit(o.wire);
    for (const Ref& o : outputs) outputs_.insert(o.wire);
    for (WireId w : order_)
      for (const Port& p : b_.box(w).inputs) readers_[p.wire].push_back({w, p.map.size()});
  }

  Cost cost() {
    Cost c;
    for (WireId w : order_) {
      if (!computed_.at(w)) continue;
      const Box& box = b_.box(w);
      c.operations += size_constant(count(box)) * product(box.degree) * product(box.bound);
    }
    find_kernels();
    for (WireId w : stored_)
      if (!outputs_.count(w)) c.bytes += bytes(w);
    c.peak = peak();
    return c;
  }

 private:
  struct Reader {
    WireId box;
    std::size_t axes;  // of the wire
  };

  // Inputs precede; a wire is computed unless it is given, or known before any input is.
  bool visit(WireId w) {
    if (auto it = varies_.find(w); it != varies_.end()) return it->second;
    const Box& box = b_.box(w);
    bool varies =
        (box.op == Op::input && !constants_.count(box.name)) || box.op == Op::index_value || !box.deterministic;
    for (const Port& p : box.inputs) varies = visit(p.wire) || varies;
    order_.push_back(w);
    computed_[w] = varies && box.op != Op::input && box.op != Op::view && box.op != Op::index_value;
    return varies_[w] = varies;
  }

  Size bytes(WireId w) const { return size_constant(bytes_of_element) * product(b_.axes(w)); }

  // A computed wire is stored unless one box reads it, once, entry by entry: then it belongs to that box's kernel.
  void find_kernels() {
    for (auto w = order_.rbegin(); w != order_.rend(); ++w) {
      if (!computed_.at(*w)) continue;
      const auto& readers = readers_[*w];
      if (!outputs_.count(*w) && readers.size() == 1) {
        const Box& reader = b_.box(readers[0].box);
        if (reader.op != Op::view && readers[0].axes == reader.degree.size() + reader.bound.size()) {
          kernel_[*w] = kernel_.at(readers[0].box);
          continue;
        }
      }
      kernel_[*w] = *w;
      stored_.insert(*w);
    }
  }

  // The stored arrays that a kernel reads, views in between.
  void reads(WireId w, WireId kernel, std::set<WireId>& out) const {
    for (const Port& p : b_.box(w).inputs) {
      if (stored_.count(p.wire))
        out.insert(p.wire);
      else if (auto it = kernel_.find(p.wire); it != kernel_.end() ? it->second == kernel : varies_.at(p.wire))
        reads(p.wire, kernel, out);
    }
  }

  std::vector<Size> peak() const {
    std::vector<WireId> kernels;
    for (WireId w : order_)
      if (stored_.count(w)) kernels.push_back(w);
    std::map<WireId, std::size_t> last;  // the last kernel that reads it
    for (std::size_t k = 0; k < kernels.size(); ++k) {
      std::set<WireId> in;
      reads(kernels[k], kernels[k], in);
      for (WireId w : in) last[w] = k;
    }
    std::vector<Size> peaks;
    for (std::size_t k = 0; k < kernels.size(); ++k) {
      Size alive;
      for (std::size_t i = 0; i <= k; ++i)
        if (!outputs_.count(kernels[i]) && (i == k || (last.count(kernels[i]) && last.at(kernels[i]) >= k)))
          alive += bytes(kernels[i]);
      add_peak(peaks, alive);
    }
    return peaks;
  }

  // Coefficients of sizes are counts of elements: all >= 0, so a polynomial with no smaller coefficient is no less.
  static void add_peak(std::vector<Size>& peaks, const Size& p) {
    auto dominates = [](const Size& a, const Size& b) {
      const Size difference = a - b;
      return std::all_of(difference.terms().begin(), difference.terms().end(),
                         [](const auto& t) { return t.second > 0; });
    };
    if (p.is_zero() || std::any_of(peaks.begin(), peaks.end(), [&](const Size& q) { return dominates(q, p); })) return;
    std::erase_if(peaks, [&](const Size& q) { return dominates(p, q); });
    peaks.push_back(p);
  }

  const DiagramBuilder& b_;
  const std::set<Symbol>& constants_;
  std::vector<WireId> order_;
  std::map<WireId, bool> varies_, computed_;
  std::map<WireId, std::vector<Reader>> readers_;
  std::map<WireId, WireId> kernel_;  // of each computed wire
  std::set<WireId> stored_, outputs_;
};

double number(const Size& s, const std::map<Symbol, Integer>& sizes) {
  const auto n = evaluate(s, sizes);
  if (!n) throw std::invalid_argument("a size of the formula " + to_string(s) + " is not given");
  return n->get_d();
}

}  // namespace

const char* to_string(Measure m) {
  switch (m) {
    case Measure::operations: return "operations";
    case Measure::bytes: return "bytes";
    case Measure::peak: return "peak";
  }
  return "";
}

Cost cost(const DiagramBuilder& b, const std::vector<Ref>& outputs, const std::set<Symbol>& constants) {
  return Account(b, outputs, constants).cost();
}

CostValue evaluate(const Cost& c, const std::map<Symbol, Integer>& sizes) {
  CostValue v{number(c.operations, sizes), number(c.bytes, sizes), 0};
  for (const Size& p : c.peak) v.peak = std::max(v.peak, number(p, sizes));
  return v;
}

std::string formula(const Cost& c, Measure m) {
  if (m == Measure::operations) return to_string(c.operations);
  if (m == Measure::bytes) return to_string(c.bytes);
  if (c.peak.empty()) return "0";
  if (c.peak.size() == 1) return to_string(c.peak[0]);
  std::string text;
  for (const Size& p : c.peak) text += (text.empty() ? "max(" : ", ") + to_string(p);
  return text + ")";
}

}  // namespace skein
