#include "backend/npy.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace skein;

TEST_CASE("an array survives its file") {
  for (const Array& a :
       {Array{{2, 3}, {1, -2, 0.5, 4, 5, 6}}, Array{{}, {7}}, Array{{3}, {1, 2, 3}}, Array{{0, 4}, {}}}) {
    CHECK(parse_npy(format_npy(a, NpyType::float32)) == a);
    CHECK(parse_npy(format_npy(a, NpyType::float64)) == a);
    CHECK(format_npy(a).size() % 64 == (a.data.size() * 4) % 64);
  }
  const auto file = std::filesystem::temp_directory_path() / "skein_npy_test.npy";
  const Array third{{1}, {1.0 / 3}};
  write_npy(file, third, NpyType::float64);
  CHECK(read_npy(file) == third);
  std::filesystem::remove(file);
  CHECK_THROWS_WITH(read_npy(file), Catch::Contains("cannot be read"));
}

TEST_CASE("a hostile file is refused with a sentence") {
  const std::string good = format_npy({{2}, {1, 2}});
  auto with = [&](const std::string& from, const std::string& to) {
    std::string s = good;
    s.replace(s.find(from), from.size(), to);
    return s;
  };
  CHECK_NOTHROW(parse_npy(good));
  CHECK_THROWS_WITH(parse_npy(""), Catch::Contains("not an NPY file"));
  CHECK_THROWS_WITH(parse_npy(good.substr(0, 9)), Catch::Contains("truncated"));
  CHECK_THROWS_WITH(parse_npy(good.substr(0, 40)), Catch::Contains("truncated"));
  CHECK_THROWS_WITH(parse_npy(good.substr(0, good.size() - 1)), Catch::Contains("7 bytes of data"));
  CHECK_THROWS_WITH(parse_npy(good + "x"), Catch::Contains("9 bytes of data"));
  CHECK_THROWS_WITH(parse_npy(with("<f4", ">f4")), Catch::Contains(">f4"));
  CHECK_THROWS_WITH(parse_npy(with("(2,)", "(-2)")), Catch::Contains("malformed shape"));
  CHECK_THROWS_WITH(parse_npy(with("(2,), }                 ", "(99999999999999999999,)}")),
                    Catch::Contains("too large"));
  CHECK_THROWS_WITH(parse_npy(with("(2,), }                      ", "(2000000000,2000000000,4,4)} ")),
                    Catch::Contains("too many"));
  CHECK_THROWS_WITH(parse_npy(with("False, 'shape': (2,), }  ", "True, 'shape': (2,1), }  ")),
                    Catch::Contains("Fortran"));
  CHECK_THROWS_WITH(parse_npy(with("'descr'", "'other'")), Catch::Contains("unknown header entry"));
  std::string version = good;
  version[6] = 9;
  CHECK_THROWS_WITH(parse_npy(version), Catch::Contains("version 9"));
}

TEST_CASE("files that NumPy wrote are read") {
  const std::filesystem::path models = std::filesystem::path(SKEIN_SOURCE_DIR) / ".." / "shared" / "models";
  if (!std::filesystem::exists(models)) {
    WARN("the shared models are not here");
    return;
  }
  const Array a = read_npy(models / "mha_s_nn.data" / "input_0.npy");
  CHECK(a.shape == std::vector<std::size_t>{2, 10, 32});
  CHECK(a.data.size() == 640);
  CHECK(a.data[0] != a.data[1]);
}
