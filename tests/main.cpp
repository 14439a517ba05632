// The entry point of every test executable; compiled once, since Catch2's own code takes seconds to compile.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
