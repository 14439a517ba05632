// Recurrent layers, written out step by step: a sequence of constant length becomes that many copies of the cell.
#include <fmt/format.h>

#include "onnx/operators.hpp"

namespace skein::onnx_import {
namespace {

constexpr std::int64_t most_steps = 256;

// Terms over a batch index and an index of the hidden state.
struct State {
  Ref hidden;
  Ref cell;  // LSTM only
};

class Recurrence {
 public:
  Recurrence(Call& call, std::int64_t gates, bool has_cell);
  void run();

 protected:
  virtual ~Recurrence() = default;
  virtual State step(std::int64_t time, std::int64_t direction, const State& state) = 0;

  // The entry of a weight at a row of a gate.
  Ref weight(const Array& w, std::int64_t direction, std::int64_t gate, Index row, Index column);
  Ref bias(std::int64_t direction, std::int64_t gate, Index row);
  // What a gate takes from the input, and from a hidden state.
  Ref from_input(std::int64_t time, std::int64_t direction, std::int64_t gate);
  Ref from_state(const Ref& state, std::int64_t direction, std::int64_t gate);
  Ref sum(const std::vector<Ref>& terms) { return b_.add(Op::add, terms); }
  Ref product(const std::vector<Ref>& factors) { return b_.add(Op::mul, factors); }

  Call& call_;
  DiagramBuilder& b_;
  const std::int64_t gates_;

 private:
  Ref initial(std::size_t input, std::int64_t direction);
  // Terms side by side along a new index.
  Ref stacked(const std::vector<Ref>& terms, Index along);

  bool has_cell_;
  Array x_, input_weight_, state_weight_;
  std::int64_t steps_ = 0, directions_ = 0;
  Size hidden_size_;
  Index batch_, hidden_;
};

Recurrence::Recurrence(Call& call, std::int64_t gates, bool has_cell)
    : call_(call),
      b_(call.builder),
      gates_(gates),
      has_cell_(has_cell),
      x_(call.array(0)),
      input_weight_(call.array(1)),
      state_weight_(call.array(2)) {
  for (const char* name : {"activations", "activation_alpha", "activation_beta", "clip"})
    if (call.node.attributes.contains(name)) unsupported(fmt::format("its attribute '{}' has no translation", name));
  if (call.integer("layout", 0) != 0 || call.integer("input_forget", 0) != 0)
    unsupported("its attributes 'layout' and 'input_forget' have no translation");
  if (call.has(4) || call.has(7)) unsupported("it has sequences of several lengths or peepholes");
  if (x_.rank() != 3 || input_weight_.rank() != 3 || state_weight_.rank() != 3)
    malformed("its inputs are not of rank 3");
  const auto steps = small_integer(call.arrays.size(x_, 0)),
             directions = small_integer(call.arrays.size(input_weight_, 0));
  if (!steps || *steps > most_steps)
    unsupported(fmt::format("its sequence has length {}; only constant lengths up to {} are written out",
                            skein::to_string(call.arrays.size(x_, 0)), most_steps));
  const std::string direction = call.text("direction", "forward");
  if (!directions || *directions != (direction == "bidirectional" ? 2 : 1))
    malformed("its weights and its directions do not fit");
  steps_ = *steps;
  directions_ = *directions;
  hidden_size_ = call.arrays.size(state_weight_, 2);
  for (const Array* w : {&input_weight_, &state_weight_})
    if (!(call.arrays.size(*w, 1) == hidden_size_ * size_constant(static_cast<long>(gates))))
      malformed("its weights do not have the rows of all gates");
  if (!(call.arrays.size(input_weight_, 2) == call.arrays.size(x_, 2))) malformed("its weights do not fit its input");
  batch_ = call.arrays.fresh(call.arrays.size(x_, 1));
  hidden_ = call.arrays.fresh(hidden_size_);
}

Ref Recurrence::weight(const Array& w, std::int64_t direction, std::int64_t gate, Index row, Index column) {
  const Size start = hidden_size_ * size_constant(static_cast<long>(gate));
  return call_.arrays.read(w, {index_constant(static_cast<long>(direction)), index_size(start) + index_variable(row),
                               index_variable(column)});
}

// Gates 0 .. gates-1 are the biases of the input, the next ones those of the state.
Ref Recurrence::bias(std::int64_t direction, std::int64_t gate, Index row) {
  if (!call_.has(3)) return b_.literal(0);
  const Array a = call_.array(3);
  if (a.rank() != 2 || !(call_.arrays.size(a, 1) == hidden_size_ * size_constant(static_cast<long>(2 * gates_))))
    malformed("its bias does not fit");
  const Size start = hidden_size_ * size_constant(static_cast<long>(gate));
  return call_.arrays.read(a, {index_constant(static_cast<long>(direction)), index_size(start) + index_variable(row)});
}

Ref Recurrence::from_input(std::int64_t time, std::int64_t direction, std::int64_t gate) {
  const Index i = call_.arrays.fresh(call_.arrays.size(x_, 2));
  const Ref x =
      call_.arrays.read(x_, {index_constant(static_cast<long>(time)), index_variable(batch_), index_variable(i)});
  const Ref total = b_.reduce(Op::add, {i}, product({x, weight(input_weight_, direction, gate, hidden_, i)}));
  return sum({total, bias(direction, gate, hidden_)});
}

Ref Recurrence::from_state(const Ref& state, std::int64_t direction, std::int64_t gate) {
  const Index k = call_.arrays.fresh(hidden_size_);
  const Ref h = b_.rename(state, {{hidden_, k}});
  const Ref total = b_.reduce(Op::add, {k}, product({h, weight(state_weight_, direction, gate, hidden_, k)}));
  return sum({total, bias(direction, gates_ + gate, hidden_)});
}

Ref Recurrence::initial(std::size_t input, std::int64_t direction) {
  if (!call_.has(input)) return b_.literal(0);
  const Array a = call_.array(input);
  if (a.rank() != 3) malformed("its initial state is not of rank 3");
  return call_.arrays.read(
      a, {index_constant(static_cast<long>(direction)), index_variable(batch_), index_variable(hidden_)});
}

Ref Recurrence::stacked(const std::vector<Ref>& terms, Index along) {
  Ref result = terms.back();
  for (std::size_t n = terms.size() - 1; n-- > 0;)
    result = b_.cases({index_constant(static_cast<long>(n)) - index_variable(along)}, terms[n], result);
  return result;
}

void Recurrence::run() {
  std::vector<std::vector<Ref>> all(static_cast<std::size_t>(steps_));  // by time, then direction
  for (auto& row : all) row.resize(static_cast<std::size_t>(directions_));
  std::vector<Ref> last_hidden, last_cell;
  for (std::int64_t d = 0; d < directions_; ++d) {
    const bool backwards = d == 1 || call_.text("direction", "forward") == "reverse";
    State state{initial(5, d), has_cell_ ? initial(6, d) : Ref{}};
    for (std::int64_t s = 0; s < steps_; ++s) {
      const std::int64_t time = backwards ? steps_ - 1 - s : s;
      state = step(time, d, state);
      all[static_cast<std::size_t>(time)][static_cast<std::size_t>(d)] = state.hidden;
    }
    last_hidden.push_back(state.hidden);
    last_cell.push_back(state.cell);
  }
  const Index t = call_.arrays.fresh(size_constant(static_cast<long>(steps_)));
  const Index d = call_.arrays.fresh(size_constant(static_cast<long>(directions_)));
  std::vector<Ref> rows;
  for (const auto& row : all) rows.push_back(stacked(row, d));
  call_.output(0, Array{stacked(rows, t), {t, d, batch_, hidden_}, ElementKind::real});
  call_.output(1, Array{stacked(last_hidden, d), {d, batch_, hidden_}, ElementKind::real});
  if (has_cell_) call_.output(2, Array{stacked(last_cell, d), {d, batch_, hidden_}, ElementKind::real});
}

// Gates in the order input, output, forget, cell.
class LongShortTermMemory : public Recurrence {
 public:
  explicit LongShortTermMemory(Call& call) : Recurrence(call, 4, true) {}

 private:
  State step(std::int64_t time, std::int64_t d, const State& state) override {
    std::vector<Ref> gate;
    for (std::int64_t g = 0; g < gates_; ++g)
      gate.push_back(sum({from_input(time, d, g), from_state(state.hidden, d, g)}));
    const Ref kept = product({sigmoid(b_, gate[2]), state.cell});
    const Ref cell = sum({kept, product({sigmoid(b_, gate[0]), tanh(b_, gate[3])})});
    return {product({sigmoid(b_, gate[1]), tanh(b_, cell)}), cell};
  }
};

// Gates in the order update, reset, hidden.
class GatedRecurrentUnit : public Recurrence {
 public:
  explicit GatedRecurrentUnit(Call& call) : Recurrence(call, 3, false) {}

 private:
  State step(std::int64_t time, std::int64_t d, const State& state) override {
    const Ref update = sigmoid(b_, sum({from_input(time, d, 0), from_state(state.hidden, d, 0)}));
    const Ref reset = sigmoid(b_, sum({from_input(time, d, 1), from_state(state.hidden, d, 1)}));
    const Ref past = call_.integer("linear_before_reset", 0) != 0 ? product({reset, from_state(state.hidden, d, 2)})
                                                                  : from_state(product({reset, state.hidden}), d, 2);
    const Ref proposal = tanh(b_, sum({from_input(time, d, 2), past}));
    return {sum({product({subtract(b_, b_.literal(1), update), proposal}), product({update, state.hidden})}), {}};
  }
};

template <class Cell>
void recurrence(Call& call) {
  Cell(call).run();
}

}  // namespace

std::vector<OperatorEntry> recurrent_operators() {
  return {
      {"LSTM", recurrence<LongShortTermMemory>},
      {"GRU", recurrence<GatedRecurrentUnit>},
  };
}

}  // namespace skein::onnx_import
