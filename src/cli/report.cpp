#include "cli/report.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>

#include "backend/npy.hpp"
#include "lang/source.hpp"
#include "onnx/import.hpp"
#include "prove/statement.hpp"

namespace skein::cli {

namespace {

Failure failure(int exit, std::string kind, std::string message, std::string file = "") {
  Failure f;
  f.exit = exit, f.kind = std::move(kind), f.message = std::move(message), f.file = std::move(file);
  const bool named = f.file.empty() || f.message.find(f.file) != std::string::npos;
  f.shown = named ? f.message : f.file + ": " + f.message;
  return f;
}

const char* kind_of(ImportError::Kind k) {
  switch (k) {
    case ImportError::Kind::unreadable: return "unreadable";
    case ImportError::Kind::malformed: return "malformed";
    case ImportError::Kind::unsupported: return "unsupported";
  }
  return "import";
}

}  // namespace

void bad_input(const std::string& message, const std::string& file) {
  throw CommandError(failure(bad_data, "input", message, file));
}

void usage_error(const std::string& message) { throw CommandError(failure(wrong_usage, "usage", message)); }

Failure describe(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const CommandError& e) {
    return e.failure;
  } catch (const SourceError& e) {
    Failure f = failure(bad_data, "syntax", e.message, e.file);
    f.line = e.line, f.column = e.column, f.shown = e.render();
    while (!f.shown.empty() && f.shown.back() == '\n') f.shown.pop_back();
    if (!e.expectation.empty()) f.message += "; expected " + e.expectation;
    if (!e.suggestion.empty()) f.message += "; " + e.suggestion;
    return f;
  } catch (const ImportError& e) {
    return failure(bad_data, kind_of(e.kind()), e.what());
  } catch (const Unpaired& e) {
    return failure(bad_data, "unpaired", std::string("the two architectures cannot be compared: ") + e.what());
  } catch (const NpyError& e) {
    return failure(bad_data, "input", e.what());
  } catch (const EvaluationError& e) {
    return failure(bad_data, "input", e.what());
  } catch (const std::filesystem::filesystem_error& e) {
    return failure(bad_data, "input", e.code().message(), e.path1().string());
  } catch (const std::bad_alloc&) {
    return failure(not_decided, "budget", "there is not enough memory");
  } catch (const std::exception& e) {
    return failure(defect, "internal", fmt::format("internal error: {}", e.what()));
  } catch (...) {
    return failure(defect, "internal", "internal error: an exception without a message");
  }
}

nlohmann::json to_json(const Failure& f) {
  nlohmann::json j{{"kind", f.kind}, {"message", f.message}, {"exit", f.exit}, {"shown", f.shown}};
  j["file"] = f.file.empty() ? nlohmann::json() : nlohmann::json(f.file);
  j["line"] = f.line ? nlohmann::json(f.line) : nlohmann::json();
  j["column"] = f.column ? nlohmann::json(f.column) : nlohmann::json();
  return j;
}

Failure failure_from_json(const nlohmann::json& j) {
  Failure f;
  f.exit = j.at("exit"), f.kind = j.at("kind"), f.message = j.at("message"), f.shown = j.at("shown");
  if (j.at("file").is_string()) f.file = j.at("file");
  if (j.at("line").is_number()) f.line = j.at("line");
  if (j.at("column").is_number()) f.column = j.at("column");
  return f;
}

std::string to_text(const nlohmann::json& j) { return j.dump(2, ' ', false, nlohmann::json::error_handler_t::replace); }

void print_json(const nlohmann::json& j) { fmt::print("{}\n", to_text(j)); }

}  // namespace skein::cli
