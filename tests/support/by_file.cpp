// SPDX-License-Identifier: LGPL-2.1-or-later
// The tests of a folder are one program, which is linked once: PROGRAM [--file NAME]... runs those of these sources
// only, further narrowed by --gtest_filter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <string_view>

namespace {

/// Takes "--file NAME" out of the arguments.
std::set<std::string> taken_files(int& argc, char** argv) {
  std::set<std::string> files;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--file" && i + 1 < argc)
      files.insert(argv[++i]);
    else
      argv[kept++] = argv[i];
  }
  argv[argc = kept] = nullptr;
  return files;
}

std::string file_of(testing::TestInfo const& test) { return std::filesystem::path(test.file()).filename().string(); }

/// ":" and the name of each test that is in one of the files, or in none; of whole suites where that says the same.
std::string names(std::set<std::string> const& files, bool in_one) {
  std::string names;
  auto const& all = *testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    auto const& suite = *all.GetTestSuite(s);
    std::string some;
    bool whole = true;
    for (int t = 0; t < suite.total_test_count(); ++t) {
      auto const& test = *suite.GetTestInfo(t);
      if (files.contains(file_of(test)) == in_one)
        some += std::string(":") + suite.name() + "." + test.name();
      else
        whole = false;
    }
    names += whole ? std::string(":") + suite.name() + ".*" : some;
  }
  return names;
}

void narrow(std::set<std::string> const& files) {
  std::string filter = GTEST_FLAG_GET(filter);
  if (filter == "*")
    filter = names(files, true).substr(1);
  else
    filter += (filter.find('-') == std::string::npos ? "-" : "") + names(files, false);
  GTEST_FLAG_SET(filter, filter);
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  auto const files = taken_files(argc, argv);
  if (argc > 1) {
    std::cerr << "What is " << argv[1] << "? [--file NAME]...\n";
    return 2;
  }
  for (auto const& file : files)
    if (names({file}, true).empty()) {
      std::cerr << "No test is in " << file << '\n';
      return 2;
    }
  if (!files.empty()) narrow(files);
  return RUN_ALL_TESTS();
}
