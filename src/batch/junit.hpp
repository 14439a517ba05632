#pragma once
// JUnit: the results of a batch as the XML that continuous-integration servers read: a wrong verdict is a failure, a
// case that could not be read an error, an undecided one is skipped.
#include "batch/batch.hpp"

namespace skein {

std::string to_junit(const std::vector<BatchResult>& results, const std::string& suite);

}  // namespace skein
