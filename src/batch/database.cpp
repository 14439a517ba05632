#include "batch/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <variant>

namespace skein {

namespace fs = std::filesystem;

namespace {

constexpr int schema_version = 1;
constexpr const char* schema = R"(
  CREATE TABLE result (
    content TEXT NOT NULL, tool TEXT NOT NULL, verdict TEXT NOT NULL, report TEXT NOT NULL,
    folder TEXT NOT NULL, evidence TEXT NOT NULL, seconds REAL NOT NULL,
    timeout REAL NOT NULL, memory INTEGER NOT NULL, seed INTEGER NOT NULL,
    decided TEXT NOT NULL DEFAULT (datetime('now')),
    PRIMARY KEY (content, tool));
  CREATE TABLE rule_use (
    content TEXT NOT NULL, tool TEXT NOT NULL, rule TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (content, tool, rule),
    FOREIGN KEY (content, tool) REFERENCES result ON DELETE CASCADE);
  PRAGMA user_version = 1;
)";

}  // namespace

class Database::Connection {
 public:
  explicit Connection(const fs::path& file) : file_(file) {
    const int opened = sqlite3_open(file.c_str(), &db_);
    if (opened != SQLITE_OK) {
      const std::string why = db_ ? sqlite3_errmsg(db_) : "there is no memory";
      sqlite3_close(db_);
      throw BatchError("the database cannot be opened: " + why, file);
    }
    try {
      sqlite3_busy_timeout(db_, 10000);
      run("PRAGMA foreign_keys = ON");
      int version = 0;
      query("PRAGMA user_version", {}, [&](sqlite3_stmt* s) { version = sqlite3_column_int(s, 0); });
      if (version == 0)
        run(fmt::format("BEGIN IMMEDIATE;{}COMMIT", schema));
      else if (version != schema_version)
        throw BatchError(
            fmt::format("the database has version {}, not {}: give another --out", version, schema_version), file);
    } catch (...) {
      sqlite3_close(db_);
      throw;
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { sqlite3_close(db_); }

  void run(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }

  using Value = std::variant<std::string, double, std::int64_t>;
  template <class F>
  void query(const char* sql, const std::vector<Value>& values, F row) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(db_, sql, -1, &raw, nullptr) != SQLITE_OK) fail();
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);
    for (std::size_t k = 0; k < values.size(); ++k) bind(raw, static_cast<int>(k) + 1, values[k]);
    int step = 0;
    while ((step = sqlite3_step(raw)) == SQLITE_ROW) row(raw);
    if (step != SQLITE_DONE) fail();
  }
  void change(const char* sql, const std::vector<Value>& values) {
    query(sql, values, [](sqlite3_stmt*) {});
  }

  static std::string text(sqlite3_stmt* s, int column) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(s, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(s, column))) : "";
  }

 private:
  void bind(sqlite3_stmt* s, int at, const Value& value) {
    int bound = SQLITE_OK;
    if (const auto* t = std::get_if<std::string>(&value))
      bound = sqlite3_bind_text64(s, at, t->data(), t->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    else if (const auto* d = std::get_if<double>(&value))
      bound = sqlite3_bind_double(s, at, *d);
    else
      bound = sqlite3_bind_int64(s, at, std::get<std::int64_t>(value));
    if (bound != SQLITE_OK) fail();
  }
  [[noreturn]] void fail() {
    const int code = sqlite3_errcode(db_);
    const std::string why = sqlite3_errmsg(db_);
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
      throw BatchError(
          fmt::format("this is not a database of verdicts, or it is damaged ({}): remove it to start anew", why),
          file_);
    throw BatchError("the database cannot be used: " + why, file_);
  }

  fs::path file_;
  sqlite3* db_ = nullptr;
};

Database::Database(const fs::path& file) : connection_(std::make_unique<Connection>(file)) {}
Database::~Database() = default;

std::optional<Record> Database::find(const std::string& content, const std::string& tool) {
  std::optional<Record> out;
  connection_->query(
      "SELECT verdict, report, folder, evidence, seconds, timeout, memory, seed FROM result WHERE content = ? AND tool "
      "= ?",
      {content, tool}, [&](sqlite3_stmt* s) {
        out = Record{Connection::text(s, 0),
                     Connection::text(s, 1),
                     Connection::text(s, 2),
                     Connection::text(s, 3),
                     sqlite3_column_double(s, 4),
                     {sqlite3_column_double(s, 5), sqlite3_column_int(s, 6),
                      static_cast<std::uint64_t>(sqlite3_column_int64(s, 7))},
                     {}};
      });
  if (!out) return out;
  connection_->query("SELECT rule, digest FROM rule_use WHERE content = ? AND tool = ?", {content, tool},
                     [&](sqlite3_stmt* s) { out->rules[Connection::text(s, 0)] = Connection::text(s, 1); });
  return out;
}

void Database::store(const std::string& content, const std::string& tool, const Record& r) {
  connection_->run("BEGIN IMMEDIATE");
  try {
    connection_->change("DELETE FROM result WHERE content = ? AND tool = ?", {content, tool});
    connection_->change(
        "INSERT INTO result (content, tool, verdict, report, folder, evidence, seconds, timeout, memory, seed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {content, tool, r.verdict, r.report, r.folder, r.evidence, r.seconds, r.limits.seconds,
         std::int64_t{r.limits.megabytes}, static_cast<std::int64_t>(r.limits.seed)});
    for (const auto& [rule, digest] : r.rules)
      connection_->change("INSERT INTO rule_use (content, tool, rule, digest) VALUES (?, ?, ?, ?)",
                          {content, tool, rule, digest});
    connection_->run("COMMIT");
  } catch (...) {
    try {
      connection_->run("ROLLBACK");
    } catch (const BatchError&) {
      // The first error is the one to be told.
    }
    throw;
  }
}

bool good_for(const Record& undecided, const Limits& now) {
  const Limits& then = undecided.limits;
  if (then.seed != now.seed) return false;
  const bool more_memory = then.megabytes != 0 && (now.megabytes == 0 || now.megabytes > then.megabytes);
  if (more_memory) return false;
  // Half of the time goes to the proof: a search that ended earlier than that was not ended by the clock.
  const bool cut_short = undecided.seconds >= then.seconds / 2;
  return !cut_short || now.seconds <= then.seconds;
}

}  // namespace skein
