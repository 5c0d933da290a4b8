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

/// Whether each of the files has a test. What is in others is added to the filter's negative part.
bool narrow(std::set<std::string> files) {
  auto const wanted = files;
  std::string others;
  auto const& all = *testing::UnitTest::GetInstance();
  for (int s = 0; s < all.total_test_suite_count(); ++s) {
    auto const& suite = *all.GetTestSuite(s);
    for (int t = 0; t < suite.total_test_count(); ++t) {
      auto const& test = *suite.GetTestInfo(t);
      auto const file = std::filesystem::path(test.file()).filename().string();
      files.erase(file);
      if (!wanted.contains(file)) others += std::string(":") + test.test_suite_name() + "." + test.name();
    }
  }
  for (auto const& file : files) std::cerr << "No test is in " << file << '\n';
  if (!others.empty()) {
    std::string filter = GTEST_FLAG_GET(filter);
    if (filter.find('-') == std::string::npos) filter += '-';
    GTEST_FLAG_SET(filter, filter + others);
  }
  return files.empty();
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  auto files = taken_files(argc, argv);
  if (argc > 1) {
    std::cerr << "What is " << argv[1] << "? [--file NAME]...\n";
    return 2;
  }
  if (!files.empty() && !narrow(std::move(files))) return 2;
  return RUN_ALL_TESTS();
}
