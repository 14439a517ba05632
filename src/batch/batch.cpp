#include "batch/batch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "batch/workers.hpp"
#include "kernel/certificate.hpp"
#include "kernel/ledger.hpp"

namespace skein {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

using Clock = std::chrono::steady_clock;

constexpr double grace = 10;  // seconds that a prover has to end by itself after its time is over
constexpr const char* evidence = "evidence";

double since(Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); }

std::string to_text(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }

// One batch at a time in a folder.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder / evidence, error);
    if (error) throw BatchError("this folder cannot be made: " + error.message(), folder);
    fd_ = open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd_ < 0) throw BatchError(fmt::format("this folder cannot be written to: {}", std::strerror(errno)), folder);
    // What a batch killed just now had started may hold on for a moment longer.
    for (int k = 0; k < 50; ++k) {
      if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
      usleep(20'000);
    }
    close(fd_);
    throw BatchError("another batch is running in this folder: give another --out", folder);
  }
  ~FolderLock() { close(fd_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

// What killed batches have left half done.
void sweep(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> parts;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".part") parts.push_back(entry.path());
  for (const fs::path& p : parts) fs::remove_all(p, error);
}

// Strings of a JSON value that are paths below `from`, put below `to`.
void move_paths(json& j, const std::string& from, const std::string& to) {
  if (j.is_structured()) {
    for (json& part : j) move_paths(part, from, to);
  } else if (j.is_string()) {
    const std::string text = j;
    if (text.starts_with(from)) j = to + text.substr(from.size());
  }
}

void move_evidence_paths(json& report, const std::string& from, const std::string& to) {
  for (const char* key : {"certificate", "certificates", "witness"})
    if (report.contains(key)) move_paths(report[key], from, to);
}

json error_report(const std::string& kind, const std::string& message) {
  return {{"error", {{"kind", kind}, {"message", message}}}};
}

json unknown_report(const std::string& reason) { return {{"verdict", "unknown"}, {"reason", reason}}; }

// What a prover that has ended says.
json read_report(const Ended& e, const Limits& limits) {
  if (e.out_of_time)
    return unknown_report(fmt::format("the time limit of {:.3g} s was reached; --timeout sets it", limits.seconds));
  json answer = json::parse(e.out, nullptr, false);
  if (answer.is_object() && answer.contains("results") && answer["results"].size() == 1) answer = answer["results"][0];
  if (!answer.is_object()) {
    const std::string how = e.signal ? fmt::format("was ended by signal {} ({})", e.signal, strsignal(e.signal))
                                     : fmt::format("ended with {} and without an answer", e.exit);
    return error_report("internal",
                        fmt::format("internal error: the prover {}{}{}", how, e.err.empty() ? "" : ": ", e.err));
  }
  if (answer.contains("error") && answer["error"].is_object()) {
    const json& error = answer["error"];
    if (error.value("kind", "") == "budget") return unknown_report(error.value("message", ""));
    return {{"error", error}};
  }
  if (!answer.value("verdict", json()).is_string())
    return error_report("internal", "internal error: the prover gave no verdict");
  return answer;
}

class Batch {
 public:
  Batch(const std::vector<Case>& cases, const BatchOptions& options,
        const std::function<void(const BatchProgress&)>& observe)
      : options_(options),
        observe_(observe),
        lock_(options.out),
        database_(options.out / "batch.sqlite"),
        rules_(options.ledger),
        results_(cases.size()) {
    const auto tool = file_digest(options.prover);
    if (!tool) throw BatchError("the prover cannot be read", options.prover);
    tool_ = *tool;
    sweep(options.out);
    sweep(options.out / evidence);
    for (std::size_t k = 0; k < cases.size(); ++k) results_[k].the_case = cases[k];
    progress_.total = cases.size();
  }

  std::vector<BatchResult> run() {
    std::vector<std::size_t> open;
    contents_.resize(results_.size());
    for (std::size_t k = 0; k < results_.size(); ++k) {
      contents_[k] = content_digest(results_[k].the_case);
      if (keep(k))
        ++progress_.kept, count(k);
      else
        open.push_back(k);
      if (k % 16 == 0) report_progress();
    }
    std::size_t next = 0;
    while (next < open.size() || workers_.running() > 0) {
      while (next < open.size() && workers_.running() < static_cast<std::size_t>(options_.jobs)) start(open[next++]);
      for (const Ended& e : workers_.wait(std::chrono::milliseconds(500))) finish(e);
      report_progress();
    }
    return std::move(results_);
  }

 private:
  // The verdict of an earlier batch, if it still holds.
  bool keep(std::size_t k) {
    if (!contents_[k]) return false;
    const auto record = database_.find(*contents_[k], tool_);
    if (!record || !rules_.agrees(record->rules)) return false;
    if (record->verdict == "unknown" && !good_for(*record, options_.limits)) return false;
    const fs::path folder = options_.out / record->folder;
    if (folder_digest(folder) != record->evidence) return false;
    json report = json::parse(record->report, nullptr, false);
    if (!report.is_object()) return false;
    move_evidence_paths(report, "", folder.string() + "/");
    BatchResult& r = results_[k];
    r.verdict = record->verdict, r.report = to_text(report), r.seconds = record->seconds, r.kept = true;
    return true;
  }

  fs::path aside(std::size_t k) const {
    return options_.out / evidence / fmt::format("{}.{}.{}.part", results_[k].the_case.name, k, getpid());
  }

  void start(std::size_t k) {
    std::error_code error;
    fs::create_directories(aside(k), error);
    if (error) throw BatchError("this folder cannot be made: " + error.message(), aside(k));
    Work work{{options_.prover.string(), "prove"}, options_.limits.seconds + grace, options_.limits.megabytes};
    const Case& c = results_[k].the_case;
    work.arguments.insert(work.arguments.end(), c.arguments.begin(), c.arguments.end());
    for (const std::string& a : std::vector<std::string>{
             "--json", "--timeout", fmt::format("{}", options_.limits.seconds), "--memory",
             fmt::format("{}", options_.limits.megabytes), "--seed", fmt::format("{}", options_.limits.seed), "--out",
             aside(k).string(), "--ledger", options_.ledger.string()})
      work.arguments.push_back(a);
    workers_.start(k, work);
  }

  void finish(const Ended& e) {
    const std::size_t k = e.ticket;
    BatchResult& r = results_[k];
    json report = read_report(e, options_.limits);
    r.verdict = report.contains("error") ? "error" : report["verdict"].get<std::string>();
    r.seconds = e.seconds;
    if (r.verdict == "error") {
      std::error_code error;
      fs::remove_all(aside(k), error);
    } else {
      record(k, report);
    }
    r.report = to_text(report);
    count(k);
  }

  // Evidence first, then the database: a record never speaks of what is not there.
  void record(std::size_t k, json& report) {
    BatchResult& r = results_[k];
    if (report.contains("statement") && report["statement"].is_string())
      std::ofstream(aside(k) / "statement.skn", std::ios::binary) << report["statement"].get<std::string>();
    std::vector<std::string> certificates;
    if (report.contains("certificates"))
      for (const json& path : report["certificates"]) certificates.push_back(read_text(path.get<std::string>()));
    const std::string folder =
        fmt::format("{}/{}.{}", evidence, r.the_case.name, contents_[k] ? contents_[k]->substr(0, 12) : "");
    move_evidence_paths(report, aside(k).string() + "/", "");
    report.erase("statement");

    Record made{r.verdict, to_text(report), folder, folder_digest(aside(k)), r.seconds, options_.limits, {}};
    publish(aside(k), options_.out / folder);
    move_evidence_paths(report, "", (options_.out / folder).string() + "/");
    // What changed while the prover ran is not what it has decided.
    if (!contents_[k] || content_digest(r.the_case) != contents_[k]) return;
    // A proof rests on the rules it names, a witness on none, and a search without a result on all.
    made.rules = r.verdict == "unknown" ? rules_.whole() : rules_.used_by(certificates);
    if (!RuleSet(options_.ledger).agrees(made.rules)) return;
    database_.store(*contents_[k], tool_, made);
  }

  void publish(const fs::path& from, const fs::path& to) {
    std::error_code error;
    const fs::path old = to.string() + ".part";
    fs::rename(to, old, error);
    fs::rename(from, to, error);
    if (error) throw BatchError("the evidence cannot be put in its place: " + error.message(), to);
    fs::remove_all(old, error);
  }

  void count(std::size_t k) {
    ++progress_.done;
    switch (results_[k].standing()) {
      case Standing::as_expected: ++progress_.as_expected; break;
      case Standing::unexpected: ++progress_.unexpected; break;
      case Standing::unknown: ++progress_.unknown; break;
    }
  }

  void report_progress() {
    if (!observe_) return;
    progress_.running.clear();
    for (std::size_t k : workers_.tickets()) progress_.running.push_back(results_[k].the_case.name);
    progress_.elapsed = since(started_);
    const std::size_t decided = progress_.done - progress_.kept;
    if (decided > 0) progress_.left = progress_.elapsed / decided * (progress_.total - progress_.done);
    observe_(progress_);
  }

  const BatchOptions& options_;
  const std::function<void(const BatchProgress&)>& observe_;
  FolderLock lock_;
  Database database_;
  RuleSet rules_;
  std::string tool_;
  std::vector<BatchResult> results_;
  std::vector<std::optional<std::string>> contents_;
  Workers workers_;
  BatchProgress progress_;
  Clock::time_point started_ = Clock::now();
};

}  // namespace

Standing BatchResult::standing() const {
  if (verdict == "unknown") return Standing::unknown;
  if (verdict == "error") return Standing::unexpected;
  if (!the_case.expected) return Standing::as_expected;
  return (verdict != "refuted") == (*the_case.expected == Expectation::equal) ? Standing::as_expected
                                                                              : Standing::unexpected;
}

std::vector<BatchResult> run_batch(const std::vector<Case>& cases, const BatchOptions& options,
                                   const std::function<void(const BatchProgress&)>& observe) {
  return Batch(cases, options, observe).run();
}

}  // namespace skein
