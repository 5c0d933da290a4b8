// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/metadata_fetch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace swarm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int part = MetadataFetch::part_bytes;
constexpr int largest = 100 * part;

std::vector<char> bytes(int size, char value) { return std::vector<char>(static_cast<std::size_t>(size), value); }

TEST(MetadataFetch, PartsAreSharedOut) {
  MetadataFetch fetch(largest);
  fetch.offered(1, 11 * part + 5);
  fetch.offered(2, 11 * part + 5);
  EXPECT_THAT(fetch.ask(1), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(fetch.ask(1), IsEmpty()) << "eight at a time";
  EXPECT_THAT(fetch.ask(2), ElementsAre(8, 9, 10, 11, 0, 1, 2, 3));
  for (int i = 0; i < 11; ++i) {
    fetch.arrived(1 + i % 2, i, bytes(part, static_cast<char>(i)));
    EXPECT_FALSE(fetch.take());
  }
  fetch.arrived(2, 11, bytes(5, 11));
  auto const all = fetch.take();
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), static_cast<std::size_t>(11 * part + 5));
  for (int i = 0; i < 12; ++i) EXPECT_EQ((*all)[static_cast<std::size_t>(i * part)], i);
  EXPECT_FALSE(fetch.take()) << "once";
  EXPECT_THAT(fetch.ask(1), IsEmpty());
}

TEST(MetadataFetch, WhatIsLostIsAskedOfOthers) {
  MetadataFetch fetch(largest);
  fetch.offered(1, 3 * part);
  EXPECT_THAT(fetch.ask(1), ElementsAre(0, 1, 2));
  fetch.gone(1);
  fetch.offered(2, 3 * part);
  EXPECT_THAT(fetch.ask(2), ElementsAre(0, 1, 2));
  fetch.rejected(2, 1);
  EXPECT_THAT(fetch.ask(2), IsEmpty()) << "it has none";
  fetch.offered(3, 3 * part);
  EXPECT_THAT(fetch.ask(3), ElementsAre(1, 0, 2));
}

TEST(MetadataFetch, NonsenseChangesNothing) {
  MetadataFetch fetch(largest);
  fetch.arrived(1, 0, bytes(part, 1));
  fetch.rejected(1, 5);
  fetch.offered(1, 0);
  fetch.offered(1, -5);
  fetch.offered(1, largest + 1);
  EXPECT_THAT(fetch.ask(1), IsEmpty());
  fetch.offered(1, 2 * part);
  fetch.offered(2, 3 * part);
  EXPECT_THAT(fetch.ask(2), IsEmpty()) << "another size";
  EXPECT_THAT(fetch.ask(1), ElementsAre(0, 1));
  for (int const number : {-1, 2, 1000}) fetch.arrived(1, number, bytes(part, 1));
  fetch.arrived(1, 0, bytes(part - 1, 1));
  fetch.arrived(1, 1, bytes(part + 1, 1));
  EXPECT_FALSE(fetch.take());
  EXPECT_THAT(fetch.ask(1), ElementsAre(0, 1)) << "again";
}

}  // namespace
}  // namespace swarm
