// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything that a fuzzer ever found, and where it starts from, once more.
#pragma once

#include "targets.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace fuzz {

inline void replay(char const* target, void (*run)(Bytes)) {
  int files = 0;
  for (auto const& entry : std::filesystem::directory_iterator(std::filesystem::path(FUZZ_CORPUS) / target)) {
    SCOPED_TRACE(entry.path());
    std::ifstream file(entry.path(), std::ios::binary);
    std::vector<char> const bytes{std::istreambuf_iterator<char>(file), {}};
    ASSERT_TRUE(file);
    run({reinterpret_cast<std::uint8_t const*>(bytes.data()), bytes.size()});
    ++files;
  }
  EXPECT_GT(files, 10);
}

}  // namespace fuzz
