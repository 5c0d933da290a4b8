// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/types.hpp"

#include <gtest/gtest.h>

namespace swarm {
namespace {

constexpr char const* v1 = "0123456789abcdef0123456789abcdef01234567";
constexpr char const* v2 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

TEST(InfoHash, ReadsHex) {
  auto const hash = InfoHash::parse(v1);
  ASSERT_TRUE(hash && hash->v1);
  EXPECT_FALSE(hash->v2);
  EXPECT_EQ((*hash->v1)[0], 0x01);
  EXPECT_EQ((*hash->v1)[19], 0x67);
  EXPECT_EQ(hash->v1_hex(), v1);
  EXPECT_EQ(hash->v2_hex(), "");
  EXPECT_EQ(hash->key(), v1);
  EXPECT_EQ(InfoHash::parse("0123456789ABCDEF0123456789AbCdEf01234567"), hash);
}

TEST(InfoHash, ReadsBase32) {
  // RFC 4648 of the 20 bytes above.
  auto const hash = InfoHash::parse("AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH");
  ASSERT_TRUE(hash);
  EXPECT_EQ(hash->key(), v1);
  EXPECT_EQ(InfoHash::parse("aerukz4jvpg66ajdivtytk6n54asgrlh"), hash);
}

TEST(InfoHash, ReadsV2) {
  auto const hash = InfoHash::parse(v2);
  ASSERT_TRUE(hash && hash->v2);
  EXPECT_FALSE(hash->v1);
  EXPECT_EQ(hash->v2_hex(), v2);
  EXPECT_EQ(hash->key(), v2);
}

TEST(InfoHash, RefusesOthers) {
  for (std::string const text :
       {"", "0", "0123456789abcdef0123456789abcdef0123456", "0123456789abcdef0123456789abcdef012345678",
        "g123456789abcdef0123456789abcdef01234567", "1ERUKZ4JVPG66AJDIVTYTK6N54ASGRLH",
        "0123456789abcdef0123456789abcdef0123456 "})
    EXPECT_FALSE(InfoHash::parse(text)) << text;
  EXPECT_FALSE(InfoHash::parse(std::string(64, 'z')));
  EXPECT_FALSE(InfoHash::parse(std::string(40, '\0')));
}

TEST(InfoHash, SameTorrent) {
  auto const one = *InfoHash::parse(v1);
  auto const two = *InfoHash::parse(v2);
  auto other = one;
  (*other.v1)[5] ^= 1;
  InfoHash const hybrid{one.v1, two.v2};
  InfoHash const half_wrong{other.v1, two.v2};
  EXPECT_TRUE(one.same_torrent(one));
  EXPECT_TRUE(one.same_torrent(hybrid));
  EXPECT_TRUE(hybrid.same_torrent(two));
  EXPECT_FALSE(one.same_torrent(two));
  EXPECT_FALSE(one.same_torrent(other));
  EXPECT_FALSE(hybrid.same_torrent(half_wrong));
  EXPECT_FALSE(InfoHash().same_torrent(InfoHash()));
  InfoHash const cut_short = *InfoHash::parse(std::string(v2).substr(0, 40));
  EXPECT_TRUE(cut_short.same_torrent(two) && two.same_torrent(cut_short) && hybrid.same_torrent(cut_short));
  EXPECT_FALSE(cut_short.same_torrent(one));
  EXPECT_TRUE(cut_short.shortens(two));
  EXPECT_FALSE(two.shortens(cut_short));
  EXPECT_EQ(hybrid.key(), v1);
  EXPECT_TRUE(InfoHash().empty());
  EXPECT_EQ(InfoHash().key(), "");
}

}  // namespace
}  // namespace swarm
