// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/trust.hpp"

#include <gtest/gtest.h>

namespace swarm {
namespace {

constexpr int others = 100;  // a peer that gives most

/// `pieces` verified ones of `blocks` blocks each, all from this peer.
void give(Trust& trust, int peer, int pieces, int blocks) {
  static int piece = 0;
  for (int p = 0; p < pieces; ++p, ++piece) {
    for (int b = 0; b < blocks; ++b) trust.gave(peer, piece);
    trust.verified(piece);
  }
}

TEST(Trust, HasToBeEarned) {
  Trust trust;
  EXPECT_FALSE(trust.trusts(1));
  give(trust, 1, 1, Trust::blocks_needed - 1);
  EXPECT_FALSE(trust.trusts(1));
  give(trust, 1, 1, 1);
  EXPECT_TRUE(trust.trusts(1)) << "each block of a piece that is right is proof";
}

TEST(Trust, NewcomersHaveToBeThereForAWhile) {
  Trust trust;
  give(trust, others, 1, 10 * Trust::blocks_needed_of_all);
  give(trust, 1, 1, Trust::blocks_needed);
  EXPECT_FALSE(trust.trusts(1)) << "what others did before it came says nothing of it";
  give(trust, others, 1, Trust::blocks_needed_of_all);
  EXPECT_TRUE(trust.trusts(1));
}

TEST(Trust, CreditGrowsWithWhatIsRight) {
  Trust trust;
  EXPECT_EQ(trust.credit(), 0);
  give(trust, 1, 4, 4 * Trust::blocks_for_one);
  EXPECT_EQ(trust.credit(), 16);
  for (int i = 0; i < 100; ++i) trust.gave(1, 1000);
  EXPECT_EQ(trust.credit(), 16) << "not yet known to be right";
  trust.failed(1000);
  EXPECT_EQ(trust.credit(), 0);
  give(trust, 1, 4, 4 * Trust::blocks_for_one);
  EXPECT_EQ(trust.credit(), 2) << "once bitten";
}

TEST(Trust, BlocksCountWhenTheirPieceIsVerified) {
  Trust trust;
  for (int i = 0; i < 2 * Trust::blocks_needed; ++i) trust.gave(1, i % 2);
  EXPECT_FALSE(trust.trusts(1));
  trust.verified(0);
  trust.verified(1);
  EXPECT_TRUE(trust.trusts(1));
}

TEST(Trust, AFailureCostsAllOfThem) {
  Trust trust;
  give(trust, 1, 2, Trust::blocks_needed_of_all);
  give(trust, 2, 2, Trust::blocks_needed_of_all);
  trust.gave(2, 1000);
  trust.failed(1000);
  EXPECT_FALSE(trust.trusts(1) || trust.trusts(2));
  give(trust, 1, 7, Trust::blocks_needed);
  EXPECT_FALSE(trust.trusts(1)) << "once bitten";
  give(trust, 1, 1, Trust::blocks_needed);
  EXPECT_TRUE(trust.trusts(1));
}

TEST(Trust, GoneIsForgotten) {
  Trust trust;
  give(trust, 1, 2, Trust::blocks_needed_of_all);
  trust.gave(1, 1000);
  trust.gone(1);
  trust.verified(1000);
  EXPECT_FALSE(trust.trusts(1));
}

TEST(Trust, WhatWasLostProvesNothing) {
  Trust trust;
  for (int i = 0; i < Trust::blocks_needed; ++i) trust.gave(1, 7);
  trust.forget_unfinished();  // then it comes from somebody else
  trust.gave(2, 7);
  EXPECT_TRUE(trust.from_one(7));
  trust.verified(7);
  EXPECT_FALSE(trust.trusts(1));
}

TEST(Trust, KnowsWhoGaveAPieceAlone) {
  Trust trust;
  trust.gave(1, 7);
  trust.gave(1, 7);
  EXPECT_TRUE(trust.from_one(7));
  trust.gave(2, 7);
  trust.gone(2);
  EXPECT_FALSE(trust.from_one(7)) << "gone, but its block is in it";
  EXPECT_FALSE(trust.from_one(8));
}

TEST(Trust, WhatWasThereMayBeAnybodys) {
  Trust trust;
  trust.found(7);
  EXPECT_FALSE(trust.from_one(7));
  trust.gave(1, 7);
  EXPECT_FALSE(trust.from_one(7));
  trust.failed(7);
  trust.gave(1, 7);
  EXPECT_TRUE(trust.from_one(7));
  trust.found(8);
  trust.verified(8);
  EXPECT_EQ(trust.credit(), 0);
}

}  // namespace
}  // namespace swarm
