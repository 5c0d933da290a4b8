// SPDX-License-Identifier: LGPL-2.1-or-later
// As corpus_test.cpp, of the timeline's readers.
#include "timeline_target.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

TEST(Corpus, Timeline) {
  int files = 0;
  for (auto const& entry : std::filesystem::directory_iterator(std::filesystem::path(FUZZ_CORPUS) / "timeline")) {
    SCOPED_TRACE(entry.path());
    std::ifstream file(entry.path(), std::ios::binary);
    std::vector<char> const bytes{std::istreambuf_iterator<char>(file), {}};
    ASSERT_TRUE(file);
    fuzz::timeline({reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size()});
    ++files;
  }
  EXPECT_GT(files, 10);
}
