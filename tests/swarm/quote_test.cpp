// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/quote.hpp"

#include <gtest/gtest.h>

namespace swarm {
namespace {

TEST(Quoted, KeepsText) {
  EXPECT_EQ(in_quotes("film.mkv"), "\"film.mkv\"");
  EXPECT_EQ(in_quotes("Фильм 日本 🎬"), "\"Фильм 日本 🎬\"");
  EXPECT_EQ(in_quotes(""), "\"\"");
}

TEST(Quoted, CleansControls) {
  EXPECT_EQ(in_quotes(std::string_view("a\0b\x1b[31m\n\x7f", 10)), "\"a?b?[31m??\"");
  EXPECT_EQ(in_quotes("a\u202eb\u0085"), "\"a???b??\"");
}

TEST(Quoted, CleansWhatIsNotUtf8) {
  for (char const* bad : {"\xff", "\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xf0\x9f"})
    EXPECT_EQ(in_quotes(bad), '"' + std::string(std::string_view(bad).size(), '?') + '"');
}

TEST(Quoted, CutsLongText) {
  EXPECT_EQ(in_quotes(std::string(80, 'x')), '"' + std::string(80, 'x') + '"');
  EXPECT_EQ(in_quotes(std::string(81, 'x')), '"' + std::string(80, 'x') + "…\"");
  std::string const cyrillic = "я";
  std::string long_one = "x";
  for (int i = 0; i < 100; ++i) long_one += cyrillic;
  EXPECT_EQ(in_quotes(long_one).size(), 1 + 1 + 39 * 2 + 3 + 1u);  // never half a character
}

}  // namespace
}  // namespace swarm
