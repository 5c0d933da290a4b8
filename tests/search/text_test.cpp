// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace search;
using testing::ElementsAre;

TEST(Text, NamesAreOneCleanLine) {
  EXPECT_EQ(plain_name("  A\tfilm\r\n of \x01 2008 "), "A film of 2008");
  EXPECT_EQ(plain_name("a\xff\xfe z"), "a z");
  EXPECT_EQ(plain_name("<b>bold</b> & \"quoted\""), "<b>bold</b> & \"quoted\"") << "text, not markup";
  EXPECT_EQ(plain_name("evil \u202Egnp.exe"), "evil gnp.exe") << "nothing is written backwards";
  EXPECT_LE(plain_name(std::string(100'000, 'x')).size(), 300u);
  EXPECT_EQ(plain_name(std::string(3, '\0')), "");
}

TEST(Text, NumbersAreWholeAndPossible) {
  EXPECT_EQ(plain_number("0"), 0);
  EXPECT_EQ(plain_number("9007199254740991"), 9007199254740991);
  for (auto const* odd : {"", "-1", "+1", "1.5", "1e9", "9007199254740992", "99999999999999999999", " 1", "1 ", "0x1"})
    EXPECT_FALSE(plain_number(odd)) << odd;
  EXPECT_EQ(plain_count("10000000"), 10'000'000);
  EXPECT_FALSE(plain_count("10000001"));
}

TEST(Text, SizesAsPeopleWriteThem) {
  EXPECT_EQ(size_in("Uploaded 03-12 2019, Size 1.5\u00a0GiB, ULed by x"), std::int64_t{3} << 29);
  EXPECT_EQ(size_in("700 MB"), 700'000'000);
  EXPECT_EQ(size_in("12 B"), 12);
  EXPECT_EQ(size_in("1,5 KiB"), 1536);
  for (auto const* odd : {"", "GiB", "5 GiBs", "999999999 TiB", "five MB"}) EXPECT_FALSE(size_in(odd)) << odd;
  EXPECT_FALSE(size_in(std::string(1'000'000, '1')));
}

TEST(Text, HashesOfNothingAreNone) {
  EXPECT_TRUE(plain_hash("DD8255ECDC7CA55FB0BBF81323D87062DB1F6D1C"));
  EXPECT_EQ(plain_hash("3WBFL3G4PSSV7MF37AJSHWDQMLNR63I4")->key(), "dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c");
  for (auto const& odd : {std::string(40, '0'), std::string(32, 'A'), std::string(64, '0'), std::string("None"),
                          std::string("null"), std::string(), std::string(40, 'g')})
    EXPECT_FALSE(plain_hash(odd)) << odd;
}

TEST(Text, Dates) {
  EXPECT_EQ(mail_date("Mon, 03 Feb 2020 12:34:56 +0000"), 1580733296);
  EXPECT_EQ(mail_date("Mon, 03 Feb 2020 14:34:56 +0200"), 1580733296);
  EXPECT_EQ(mail_date("Mon, 03 Feb 2020 12:34:56 GMT"), 1580733296);
  EXPECT_EQ(mail_date("2020-02-03T12:34:56Z"), 1580733296);
  EXPECT_EQ(bay_date("Uploaded 02-03\u00a02020, Size"), 1580688000);
  EXPECT_EQ(bay_date("2020-02-03 12:34"), 1580733240);
  for (auto const* odd : {"", "yesterday", "Mon, 03 Feb 1820 12:34:56 +0000", "9999-99-99"}) {
    EXPECT_FALSE(mail_date(odd)) << odd;
    EXPECT_FALSE(bay_date(odd)) << odd;
  }
  EXPECT_FALSE(plain_date(0));
  EXPECT_FALSE(plain_date(253402300800));
}

TEST(Text, Words) {
  EXPECT_THAT(words("Big.Buck_Bunny (2008) [1080p]"), ElementsAre("big", "buck", "bunny", "2008", "1080p"));
  EXPECT_THAT(words("\u0421\u0418\u041d\u0422\u0415\u041b\u042c"),
              ElementsAre("\u0441\u0438\u043d\u0442\u0435\u043b\u044c"));
  EXPECT_TRUE(words("... \xff --").size() <= 1);
  EXPECT_TRUE(has_words("Big.Buck.Bunny.2008", "bunny BIG"));
  EXPECT_FALSE(has_words("Big.Buck.Bunny.2008", "bun"));
  EXPECT_TRUE(has_beginnings("Big.Buck.Bunny.2008", "bun"));
  EXPECT_FALSE(has_beginnings("Big.Buck.Bunny.2008", "uck"));
}

}  // namespace
