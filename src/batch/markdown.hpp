#pragma once
// Markdown: the results of a batch as a page of tables, one for each manifest or theorem file, for documentation. It
// holds nothing that differs from run to run, such as times, so that it changes only with what it reports.
#include "batch/batch.hpp"

namespace skein {

// `command` is what made it, and is named on the page.
std::string to_markdown(const std::vector<BatchResult>& results, const std::string& command);

}  // namespace skein
