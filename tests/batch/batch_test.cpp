// What is decided again and what is kept: a stub stands for the prover and notes when it is asked.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>

#include "batch/junit.hpp"
#include "batch/markdown.hpp"
#include "batch/support.hpp"

using namespace skein;
using skein::testing::read_all;
using skein::testing::Scratch;
namespace fs = std::filesystem;
using Names = std::multiset<std::string>;

namespace {

// A folder with a prover, a ledger of three rules, and cases whose left file says what the prover answers.
struct Bench {
  Scratch s;
  std::vector<Case> cases;
  BatchOptions options;

  Bench() {
    for (const char* rule : {"alpha", "beta", "gamma"}) touch(rule, "");
    s.write("ledger/beta.cert", "skein-certificate 1\nclaim beta\nuse gamma 00\n");
    s.write("right.onnx", "the right side");
    options.out = s / "out";
    options.ledger = s / "ledger";
    options.prover = skein::testing::stub_prover(s);
    options.limits.seconds = 20;
    options.jobs = 2;
  }
  void touch(const std::string& rule, const std::string& rest) {
    s.write("ledger/" + rule + ".cert", "skein-certificate 1\nclaim " + rule + "\n" + rest);
  }
  void add(const std::string& name, const std::string& answer, std::optional<Expectation> expected = std::nullopt) {
    const std::string left = s.write(name, answer + "\n").string(), right = (s / "right.onnx").string();
    cases.push_back({name, {left, right}, left, right, expected, "", "bench"});
  }
  std::vector<BatchResult> run() { return run_batch(cases, options); }
  // What the prover is asked in a run.
  Names asked() {
    fs::remove(s / "log");
    run();
    std::istringstream lines(read_all(s / "log"));
    Names out;
    for (std::string line; std::getline(lines, line);) out.insert(line);
    return out;
  }
};

std::vector<std::string> verdicts(const std::vector<BatchResult>& results) {
  std::vector<std::string> out;
  for (const BatchResult& r : results) out.push_back(r.verdict);
  return out;
}

}  // namespace

TEST_CASE("Each way in which a prover ends has its verdict and its standing") {
  Bench b;
  b.add("p.onnx", "proved alpha", Expectation::equal);
  b.add("q.onnx", "proved alpha ", Expectation::different);
  b.add("r.onnx", "refuted", Expectation::different);
  b.add("s.onnx", "refuted ", Expectation::equal);
  b.add("u.onnx", "unknown 0", Expectation::equal);
  b.add("n.onnx", "refuted  ");
  b.add("c.onnx", "crash", Expectation::equal);
  b.add("i.onnx", "invalid", Expectation::equal);
  b.add("t.onnx", "tight", Expectation::equal);
  const auto results = b.run();
  CHECK(verdicts(results) == std::vector<std::string>{"proved", "proved", "refuted", "refuted", "unknown", "refuted",
                                                      "error", "error", "unknown"});
  using enum Standing;
  const std::vector<Standing> standings{as_expected, unexpected, as_expected, unexpected, unknown,
                                        as_expected, unexpected, unexpected,  unknown};
  for (std::size_t k = 0; k < results.size(); ++k) CHECK(results[k].standing() == standings[k]);
  const auto certificate = nlohmann::json::parse(results[0].report).at("certificate").get<std::string>();
  CHECK(read_all(certificate).find("claim x") != std::string::npos);
  CHECK(nlohmann::json::parse(results[6].report).at("error").at("kind") == "internal");
  CHECK(nlohmann::json::parse(results[7].report).at("error").at("message") == "no such operator");

  const std::string xml = to_junit(results, "a <suite> & more");
  CHECK(xml.find("name=\"a &lt;suite&gt; &amp; more\" tests=\"9\" failures=\"2\" errors=\"2\" skipped=\"2\"") !=
        std::string::npos);
  CHECK(xml.find("message=\"expected equal, refuted\"") != std::string::npos);

  const std::string page = to_markdown(results, "skein batch bench");
  CHECK(page.find("Made by `skein batch bench`. Of 9 cases 3 came out as expected; 2 were proved, 3 refuted, 2 are "
                  "unknown and 2 in error.") != std::string::npos);
  CHECK(page.find("\n| s.onnx | equal | **refuted** |") != std::string::npos);
  CHECK(page.find("\n| n.onnx |  | refuted |") != std::string::npos);
}

TEST_CASE("Hypotheses of a proof are told, and no text is taken for markup") {
  const Case c{"a_b", {}, "", "", Expectation::equal, "reads |x| as <y>\nand *z*", "a.skn"};
  const std::vector<BatchResult> results{
      {c, "proved", R"({"verdict": "proved", "steps": 7, "hypotheses": ["x is not 0", "y > 0"]})", 0.5, false}};
  CHECK(to_markdown(results, "made")
            .find("| a\\_b | equal | proved, 2 hypotheses | 7 | 0.5 | reads \\|x\\| as \\<y\\> and \\*z\\* |\n") !=
        std::string::npos);
  CHECK(to_junit(results, "s").find("<system-out>hypothesis: x is not 0&#10;hypothesis: y &gt; 0&#10;</system-out>") !=
        std::string::npos);
}

TEST_CASE("What is decided is kept, with its evidence; errors are tried again") {
  Bench b;
  b.add("p.onnx", "proved alpha");
  b.add("r.onnx", "refuted");
  b.add("u.onnx", "unknown 0");
  b.add("i.onnx", "invalid");
  const auto first = b.run();
  CHECK(b.asked() == Names{"i.onnx"});
  const auto second = b.run();
  CHECK(verdicts(first) == verdicts(second));
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(second[k].kept);
    CHECK(first[k].report == second[k].report);
  }
  CHECK_FALSE(first[0].kept);

  // Evidence that was lost or changed is no evidence.
  const fs::path certificate = nlohmann::json::parse(first[0].report).at("certificate").get<std::string>();
  std::ofstream(certificate, std::ios::app) << "more\n";
  CHECK(b.asked() == Names{"i.onnx", "p.onnx"});
  CHECK(b.asked() == Names{"i.onnx"});
  fs::remove_all(nlohmann::json::parse(first[1].report).at("witness").get<std::string>());
  CHECK(b.asked() == Names{"i.onnx", "r.onnx"});
}

TEST_CASE("A changed input, or another executable, is decided again") {
  Bench b;
  b.add("p.onnx", "proved alpha");
  b.add("r.onnx", "refuted");
  b.run();
  b.s.write("r.onnx", "proved alpha  \n");
  CHECK(b.asked() == Names{"r.onnx"});
  std::ofstream(b.options.prover, std::ios::app) << "# another version\n";
  CHECK(b.asked() == Names{"p.onnx", "r.onnx"});
}

TEST_CASE("A changed rule outdates the proofs that rest on it, and what was not decided, and nothing else") {
  Bench b;
  b.add("alpha.onnx", "proved alpha");
  b.add("beta.onnx", "proved beta");
  b.add("gamma.onnx", "proved gamma");
  b.add("axiom.onnx", "proved exp_add");
  b.add("refuted.onnx", "refuted");
  b.add("unknown.onnx", "unknown 0");
  b.run();
  CHECK(b.asked().empty());
  b.touch("alpha", "\n");
  CHECK(b.asked() == Names{"alpha.onnx", "unknown.onnx"});
  CHECK(b.asked().empty());
  b.touch("gamma", "\n");  // beta rests on gamma
  CHECK(b.asked() == Names{"beta.onnx", "gamma.onnx", "unknown.onnx"});
  b.touch("delta", "");
  CHECK(b.asked() == Names{"unknown.onnx"});
  fs::remove(b.s / "ledger/beta.cert");
  CHECK(b.asked() == Names{"beta.onnx", "unknown.onnx"});
}

TEST_CASE("An unknown is tried again with a larger budget, if a smaller one ended it") {
  Bench b;
  b.add("slow.onnx", "unknown 1.4");
  b.add("tight.onnx", "tight");
  b.add("quick.onnx", "unknown 0");
  b.add("proved.onnx", "proved alpha");
  b.options.limits = {2.4, 1000, 1};
  b.run();
  CHECK(b.asked().empty());
  b.options.limits.seconds = 1;
  CHECK(b.asked().empty());
  b.options.limits.seconds = 6;
  CHECK(b.asked() == Names{"slow.onnx"});
  CHECK(b.asked().empty());
  b.options.limits.seconds = 2.4;
  CHECK(b.asked().empty());
  b.options.limits.megabytes = 0;
  CHECK(b.asked() == Names{"quick.onnx", "slow.onnx", "tight.onnx"});
  b.options.limits.megabytes = 10;
  CHECK(b.asked().empty());
  b.options.limits.megabytes = 0;
  b.options.limits.seed = 2;
  CHECK(b.asked() == Names{"quick.onnx", "slow.onnx", "tight.onnx"});
}

TEST_CASE(
    "Killed at any moment and resumed, a batch ends with the same table, and asks nothing twice that it had decided") {
  Bench reference;
  auto fill = [](Bench& b) {
    for (int k = 0; k < 24; ++k)
      b.add(std::to_string(k) + ".onnx", std::vector<std::string>{"proved alpha", "refuted", "unknown 0.02"}[k % 3] +
                                             std::string(static_cast<std::size_t>(k), ' '));
  };
  fill(reference);
  const auto expected = verdicts(reference.run());

  Bench b;
  fill(b);
  std::mt19937 random(11);
  int kills = 0;
  for (; kills < 10; ++kills) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      b.run();
      _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 100));
    const bool ended = waitpid(child, nullptr, WNOHANG) == child;
    if (ended) break;
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  CHECK(kills > 0);
  const auto results = b.run();
  CHECK(verdicts(results) == expected);
  std::istringstream lines(read_all(b.s / "log"));
  std::map<std::string, int> times;
  for (std::string line; std::getline(lines, line);) ++times[line];
  int repeated = 0;
  for (const auto& [name, n] : times) repeated += n - 1;
  CHECK(repeated <= 2 * kills);  // two at a time: each kill loses at most the two that were running
  for (const auto& entry : fs::recursive_directory_iterator(b.options.out)) CHECK(entry.path().extension() != ".part");
  CHECK(b.asked().empty());
}

TEST_CASE("A folder has one batch at a time, and a database that is none is not overwritten") {
  Bench b;
  b.add("p.onnx", "proved alpha");
  bool refused = false;
  run_batch(b.cases, b.options, [&](const BatchProgress&) {
    if (refused) return;
    try {
      run_batch(b.cases, b.options);
    } catch (const BatchError& e) {
      refused = std::string(e.what()).find("another batch") != std::string::npos;
    }
  });
  CHECK(refused);
  const fs::path file = b.s.write("out/batch.sqlite", std::string(5000, 'x'));
  CHECK_THROWS_AS(b.run(), BatchError);
  CHECK(read_all(file) == std::string(5000, 'x'));
}

TEST_CASE("Progress counts to the end") {
  Bench b;
  for (int k = 0; k < 5; ++k)
    b.add(std::to_string(k) + ".onnx", "refuted" + std::string(static_cast<std::size_t>(k), ' '));
  std::size_t last = 0;
  BatchProgress end;
  run_batch(b.cases, b.options, [&](const BatchProgress& p) {
    CHECK(p.done >= last);
    CHECK(p.running.size() <= 2);
    last = p.done;
    end = p;
  });
  CHECK(end.done == 5);
  CHECK(end.as_expected == 5);
  CHECK(end.kept == 0);
  REQUIRE(end.left.has_value());
  CHECK(*end.left == 0);
}
