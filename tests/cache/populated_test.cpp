// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/populated.hpp"

#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string const v1 = "0123456789abcdef0123456789abcdef01234567";
std::string const v2 = v1 + "89abcdef0123456789abcdef";

TEST(HashesIn, StandAlone) {
  using cache::hashes_in;
  for (auto const& name : {v1 + ".mp4", "film-" + v1 + "-x.mp4", "[" + v1 + "].mkv", "x" + v1 + "z.mkv",
                           std::string("0123456789ABCDEF0123456789abcdef01234567 Film.mkv")})
    EXPECT_THAT(hashes_in(name), ElementsAre(v1)) << name;
  EXPECT_THAT(hashes_in(v2 + ".mp4"), ElementsAre(v2));
  EXPECT_THAT(hashes_in(v1 + "_" + v2 + ".mp4"), ElementsAre(v1, v2));
  // base32 of the same
  EXPECT_THAT(hashes_in("film AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH.mp4"), ElementsAre(v1));
  EXPECT_THAT(hashes_in("aerukz4jvpg66ajdivtytk6n54asgrlh.mp4"), ElementsAre(v1));
  for (auto const& name :
       {v1.substr(1) + ".mp4", "0" + v1 + ".mp4", v1 + "a.mp4", v2.substr(1), v2 + "0",
        std::string("AERUKZ4JVPG66AJDIVTYTK6N54ASGRLHX.mp4"), std::string("film.mp4"), std::string()})
    EXPECT_THAT(hashes_in(name), IsEmpty()) << name;
}

TEST(Verdicts, AreKept) {
  support::TempDir folder;
  cache::Identity const one{1, 2, 3, 4}, other{1, 2, 3, 5};
  cache::Verdicts(folder / "populated").remember(v1, one, cache::Verdict::right);
  cache::Verdicts again(folder / "populated");
  again.remember(v2, one, cache::Verdict::wrong);
  cache::Verdicts const last(folder / "populated");
  EXPECT_EQ(last.of(v1, one), cache::Verdict::right);
  EXPECT_EQ(last.of(v2, one), cache::Verdict::wrong);
  EXPECT_EQ(last.of(v1, other), cache::Verdict::unknown) << "it was changed";
  support::write_file(folder / "populated", "nonsense\n1 2 3");
  EXPECT_EQ(cache::Verdicts(folder / "populated").of(v1, one), cache::Verdict::unknown);
}

}  // namespace
