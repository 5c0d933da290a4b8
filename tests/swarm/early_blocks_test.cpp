// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/early_blocks.hpp"

#include <gtest/gtest.h>

namespace swarm {
namespace {

TEST(EarlyBlocks, AreReadableWhenTheyAreStored) {
  EarlyBlocks early;
  early.arrived(3, 1, true);
  EXPECT_FALSE(early.readable(3, 1, Verify::fast));
  EXPECT_FALSE(early.withheld(3, 1, Verify::strict));
  early.stored(3, 1);
  EXPECT_TRUE(early.readable(3, 1, Verify::fast));
  EXPECT_TRUE(early.readable(3, 1, Verify::trusted));
  EXPECT_FALSE(early.readable(3, 1, Verify::strict));
  EXPECT_TRUE(early.withheld(3, 1, Verify::strict));
  EXPECT_FALSE(early.readable(3, 0, Verify::fast));
  EXPECT_FALSE(early.readable(4, 1, Verify::fast));
}

TEST(EarlyBlocks, TheFirstWhoSendsABlockDecides) {
  EarlyBlocks early;
  early.arrived(0, 0, false);
  early.arrived(0, 0, true);
  early.stored(0, 0);
  EXPECT_TRUE(early.readable(0, 0, Verify::fast));
  EXPECT_FALSE(early.readable(0, 0, Verify::trusted));
  EXPECT_TRUE(early.withheld(0, 0, Verify::trusted));
}

TEST(EarlyBlocks, WhoIsNotTrustedSpoilsTheWholePiece) {
  EarlyBlocks early;
  for (int const block : {0, 1}) {
    early.arrived(0, block, true);
    early.stored(0, block);
  }
  EXPECT_TRUE(early.readable(0, 1, Verify::trusted));
  early.arrived(0, 7, false);
  EXPECT_FALSE(early.readable(0, 1, Verify::trusted));
  EXPECT_TRUE(early.readable(0, 1, Verify::fast));
  EXPECT_TRUE(early.withheld(0, 2, Verify::trusted)) << "it could come, and would not be read";
  EXPECT_FALSE(early.withheld(0, 2, Verify::fast));
  early.found(1);
  early.arrived(1, 0, true);
  early.stored(1, 0);
  EXPECT_FALSE(early.readable(1, 0, Verify::trusted));
}

TEST(EarlyBlocks, NothingIsLeftOfAPiece) {
  EarlyBlocks early;
  early.arrived(0, 5, true);
  early.stored(0, 5);
  early.forget(0);
  EXPECT_FALSE(early.readable(0, 5, Verify::fast));
  early.stored(0, 5);  // nobody said that it came
  EXPECT_FALSE(early.readable(0, 5, Verify::fast));
}

}  // namespace
}  // namespace swarm
