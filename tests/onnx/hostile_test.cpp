// Files that are cut off, wrong or out of scope: each gives one ImportError of the right kind that says what and where.
#include <catch2/catch.hpp>

#include "build_model.hpp"
#include "onnx/import.hpp"

using namespace skein;
using namespace skein::testing;
using Kind = ImportError::Kind;

namespace {

const std::string models = SKEIN_SOURCE_DIR "/examples/models";

void check_refused(const std::string& path, Kind kind, const std::string& part) {
  try {
    import_onnx(path);
    FAIL("accepted, but should say: " << part);
  } catch (const ImportError& e) {
    INFO(e.what());
    CHECK(e.kind() == kind);
    CHECK(std::string(e.what()).find(part) != std::string::npos);
    CHECK(std::string(e.what()).find(path) != std::string::npos);
  }
}

void check_refused(ModelFile& m, Kind kind, const std::string& part) { check_refused(m.path(), kind, part); }

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("what is not a file of a model is unreadable") {
  check_refused("/nonexistent/model.onnx", Kind::unreadable, "no such file");
  check_refused(models, Kind::unreadable, "directory");
  check_refused("/dev/zero", Kind::unreadable, "regular");
  ModelFile m;
  check_refused(m.write(""), Kind::unreadable, "empty");
  check_refused(m.write("def f(x): return x\n"), Kind::unreadable, "not an ONNX file");
}

TEST_CASE("a file that is cut off anywhere is refused and never crashes") {
  const std::string whole = read(models + "/ln_nn_op14.onnx");
  REQUIRE(whole.size() > 500);
  ModelFile m;
  REQUIRE_NOTHROW(import_onnx(m.write(whole)));
  for (std::size_t length = 1; length < whole.size(); ++length)
    CHECK_THROWS_AS(import_onnx(m.write(whole.substr(0, length))), ImportError);
}

TEST_CASE("a file with a byte changed is imported or refused, and never crashes") {
  const std::string whole = read(models + "/ln_nn_op14.onnx");
  ModelFile m;
  for (std::size_t k = 0; k < whole.size(); ++k)
    for (const int change : {1, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[k] = static_cast<char>(bytes[k] ^ change);
      try {
        import_onnx(m.write(bytes));
      } catch (const ImportError&) {
      }
    }
  SUCCEED();
}

TEST_CASE("an operator without translation is named with its node") {
  ModelFile m;
  m.input("x", {"2"}).output("y");
  m.node("Det", {"x"}, {"y"});
  check_refused(m, Kind::unsupported, "node 'the_Det' (Det)");
}

TEST_CASE("an operator of a foreign domain is not the standard one") {
  ModelFile m;
  m.opset("org.example", 1).input("x", {"2"}).output("y");
  m.node("Relu", {"x"}, {"y"}).set_domain("org.example");
  check_refused(m, Kind::unsupported, "(org.example.Relu)");
}

TEST_CASE("a cycle is malformed, an unsorted graph is not") {
  ModelFile cyclic;
  cyclic.input("x", {"2"}).output("y");
  cyclic.node("Add", {"x", "b"}, {"a"});
  cyclic.node("Relu", {"a"}, {"b"});
  cyclic.node("Neg", {"b"}, {"y"});
  check_refused(cyclic, Kind::malformed, "depends on its own result");

  ModelFile unsorted;
  unsorted.input("x", {"2"}).output("y");
  unsorted.node("Neg", {"a"}, {"y"});
  unsorted.node("Relu", {"x"}, {"a"});
  CHECK(import_onnx(unsorted.path()).diagram.outputs().size() == 1);
}

TEST_CASE("a long chain of nodes is no recursion") {
  ModelFile m;
  m.input("x", {"2"});
  std::string last = "x";
  for (int k = 0; k < 50000; ++k) {
    const std::string next = "v" + std::to_string(k);
    m.node("Identity", {last}, {next});
    last = next;
  }
  m.output(last);
  CHECK(import_onnx(m.path()).diagram.boxes().size() == 1);
}

TEST_CASE("names are defined once and before use") {
  ModelFile twice;
  twice.input("x", {"2"}).output("y");
  twice.node("Neg", {"x"}, {"y"});
  twice.node("Relu", {"x"}, {"y"});
  check_refused(twice, Kind::malformed, "'y' is defined twice");

  ModelFile missing;
  missing.input("x", {"2"}).output("y");
  missing.node("Add", {"x", "weight"}, {"y"});
  check_refused(missing, Kind::malformed, "'weight'");

  ModelFile nothing;
  nothing.input("x", {"2"}).output("z");
  check_refused(nothing, Kind::malformed, "'z'");
}

TEST_CASE("tensors outside of the file are not opened") {
  for (const char* location : {"../../etc/passwd", "/etc/passwd", "weights.bin"}) {
    ModelFile m;
    m.input("x", {"2"}).output("y");
    auto& t = m.tensor("w", {2}, {});
    t.set_data_location(onnx::TensorProto::EXTERNAL);
    auto& entry = *t.add_external_data();
    entry.set_key("location");
    entry.set_value(location);
    m.node("Add", {"x", "w"}, {"y"});
    check_refused(m, Kind::unsupported, location);
  }
}

TEST_CASE("tensors are as long as their shape says") {
  const auto refuse = [](const std::vector<std::int64_t>& shape, const std::string& part) {
    ModelFile m;
    m.input("x", {"2"}).output("y");
    m.tensor("w", shape, {1, 2});
    m.node("Add", {"x", "w"}, {"y"});
    check_refused(m, Kind::malformed, part);
  };
  refuse({3}, "its shape needs 3");
  refuse({-2}, "negative dimension");
  refuse({1LL << 40, 1LL << 40}, "2^31");
  refuse({1LL << 62, 4}, "2^31");
}

TEST_CASE("NaN and infinity are not real numbers") {
  ModelFile m;
  m.input("x", {"2"}).output("y");
  m.tensor("w", {}, {std::numeric_limits<float>::infinity()});
  m.node("Add", {"x", "w"}, {"y"});
  check_refused(m, Kind::unsupported, "infinity");
}

TEST_CASE("shapes that do not fit are told with both") {
  ModelFile add;
  add.input("x", {"2"}).input("z", {"3"}).output("y");
  add.node("Add", {"x", "z"}, {"y"});
  check_refused(add, Kind::malformed, "dimensions 2 and 3");

  ModelFile symbolic;
  symbolic.input("x", {"S"}).input("z", {"T"}).output("y");
  symbolic.node("Add", {"x", "z"}, {"y"});
  check_refused(symbolic, Kind::unsupported, "S and T");

  ModelFile product;
  product.input("x", {"2", "3"}).input("z", {"2", "3"}).output("y");
  product.node("MatMul", {"x", "z"}, {"y"});
  check_refused(product, Kind::malformed, "3 and 2 differ");

  ModelFile reshape;
  reshape.input("x", {"2", "3"}).output("y");
  reshape.integers("s", {4, -1});
  reshape.node("Reshape", {"x", "s"}, {"y"});
  check_refused(reshape, Kind::malformed, "[2, 3]");
}

TEST_CASE("integer arithmetic that rounds or wraps around is refused") {
  // (x > 0) as int64, then `op`.
  const auto counted = [](const std::string& op, std::int64_t to, const char* why) {
    ModelFile m;
    m.input("x", {"2", "3"}).output("y");
    m.tensor("zero", {}, {0}), m.tensor("half", {}, {0.5f});
    m.node("Greater", {"x", "zero"}, {"g"});
    set(m.node("Cast", {"g"}, {"i"}), "to", to);
    if (op == "Pow")
      m.node(op, {"i", "half"}, {"r"});
    else
      m.node(op, {"i"}, {"r"});
    set(m.node("Cast", {"r"}, {"y"}), "to", std::int64_t(1));
    check_refused(m, Kind::unsupported, why);
  };
  const std::int64_t uint8 = 2, int64 = 7;
  counted("ReduceMean", int64, "integers");
  counted("ReduceL2", int64, "integers");
  counted("Mean", int64, "integers");
  counted("Pow", int64, "integer");
  counted("Identity", uint8, "element type 2");

  for (const char* op : {"ReduceSumSquare", "ReduceL1", "ReduceMean"}) {
    ModelFile m;
    m.input("x", {"2"}).output("y");
    m.integers("k", {-3});
    m.node(op, {"k"}, {"r"});
    set(m.node("Cast", {"r"}, {"f"}), "to", std::int64_t(1));
    m.node("Mul", {"x", "f"}, {"y"});
    check_refused(m, Kind::unsupported, "integers");
  }
}

TEST_CASE("a model's own functions are refused, whatever they are called") {
  ModelFile m;
  m.opset("com.microsoft", 1).input("x", {"2"}).output("y");
  m.node("Relu", {"x"}, {"y"});
  auto& f = *m.model.add_functions();
  f.set_domain("com.microsoft"), f.set_name("QuickGelu");
  check_refused(m, Kind::unsupported, "QuickGelu");
}

TEST_CASE("an average that counts padding where sizes are rounded up is refused") {
  ModelFile m;
  m.input("x", {"1", "1", "5"}).output("y");
  auto& pool = m.node("AveragePool", {"x"}, {"y"});
  set(pool, "kernel_shape", std::vector<std::int64_t>{2}), set(pool, "strides", std::vector<std::int64_t>{2});
  set(pool, "ceil_mode", std::int64_t(1)), set(pool, "count_include_pad", std::int64_t(1));
  check_refused(m, Kind::unsupported, "counts padding");
}

TEST_CASE("types that do not fit are malformed or unsupported") {
  ModelFile where;
  where.input("x", {"2"}).output("y");
  where.node("Where", {"x", "x", "x"}, {"y"});
  check_refused(where, Kind::malformed, "the_Where");

  ModelFile tokens;
  tokens.input("x", {"2"}, onnx::TensorProto::INT64).output("y");
  tokens.node("Identity", {"x"}, {"y"});
  check_refused(tokens, Kind::unsupported, "integers");

  ModelFile attribute;
  attribute.input("x", {"2", "3"}).output("y");
  set(attribute.node("Softmax", {"x"}, {"y"}), "axis", "one");
  check_refused(attribute, Kind::malformed, "'axis'");

  ModelFile inputs;
  inputs.input("x", {"2"}).output("y");
  inputs.node("Sub", {"x"}, {"y"});
  check_refused(inputs, Kind::malformed, "input 1");

  ModelFile text;
  text.input("x", {"2"}).output("y");
  text.node("Add", {"x", "t"}, {"y"});
  text.tensor("t", {1}, {}).set_data_type(onnx::TensorProto::STRING);
  check_refused(text, Kind::unsupported, "STRING");
}

TEST_CASE("huge shapes are sizes, not allocations") {
  ModelFile expand;
  expand.input("x", {"1"}).output("y");
  expand.integers("s", {1LL << 40, 1LL << 40});
  expand.node("Expand", {"x", "s"}, {"y"});
  CHECK(import_onnx(expand.path()).diagram.outputs().at(0).axes.size() == 2);

  ModelFile range;
  range.input("x", {"1"}).output("y");
  range.integers("a", {0}, true);
  range.integers("b", {1LL << 60}, true);
  range.integers("c", {1}, true);
  range.node("Range", {"a", "b", "c"}, {"r"});
  range.node("Gather", {"x", "r"}, {"y"});
  check_refused(range, Kind::unsupported, "entries");
}

TEST_CASE("axes out of range are malformed") {
  ModelFile m;
  m.input("x", {"2", "3"}).output("y");
  set(m.node("Softmax", {"x"}, {"y"}), "axis", std::int64_t{2});
  check_refused(m, Kind::malformed, "axis 2");
}

TEST_CASE("a model that does not say its opset is malformed") {
  ModelFile m;
  m.model.clear_opset_import();
  m.input("x", {"2"}).output("y");
  m.node("Neg", {"x"}, {"y"});
  check_refused(m, Kind::malformed, "version");
}
