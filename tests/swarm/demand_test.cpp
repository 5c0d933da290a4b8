// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/demand.hpp"

#include "print.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace swarm {

namespace {

constexpr std::int64_t piece = 1000;

// Pieces 0-9 are of `a`, 10-19 of `b`; `c` is empty; `d` shares piece 20 with nobody and ends in the middle of 24.
Layout layout() {
  return {{{"a", 0, 10 * piece}, {"b", 10 * piece, 10 * piece}, {"c", 20 * piece, 0}, {"d", 20 * piece, 4500}}, piece};
}

struct Row {
  char const* name;
  std::vector<ReaderWants> readers;
  std::optional<int> keep;
  std::int64_t hot_bytes;
  Wants expected;
};

void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }

class DemandTable : public testing::TestWithParam<Row> {};

TEST_P(DemandTable, Is) {
  auto const& row = GetParam();
  EXPECT_EQ(demand(layout(), row.readers, row.keep, row.hot_bytes), row.expected);
}

Row const rows[] = {
    {"Nobody", {}, {}, 100, {}},
    {"KeepAlone", {}, 1, 100, {{}, {}, PieceRange{10, 20}}},
    {"KeepOfAnEmptyFile", {}, 2, 100, {}},
    {"ReaderWithoutWindows", {{0, {}, true}}, {}, 100, {}},
    {"ReaderOfAnEmptyFile", {{2, {{0, 0, true}}, true}}, {}, 100, {}},
    {"OneReader", {{0, {{0, 3000, true}}, true}}, {}, 100, {{0}, {{0, 3}}, {}}},
    {"OneOfTwoSearches",
     {{.file = 1, .windows = {{0, 100, true}}, .searching = true}, {.file = 0, .windows = {{0, 100, true}}}},
     {},
     100,
     {.hot = {10, 0}, .ahead = {{10, 11}, {0, 1}}, .searching = true}},
    {"WhoComesLastIsNotHotAndSearchesForNobody",
     {{.file = 1, .windows = {{0, 2500, true}}, .waiting = true, .searching = true, .last = true},
      {.file = 0, .windows = {{0, 100, true}}}},
     {},
     100,
     {.hot = {0}, .ahead = {{0, 1}, {10, 13}}}},
    {"HotAcrossABorder", {{0, {{950, 3000, true}}, true}}, {}, 100, {{0, 1}, {{0, 3}}, {}}},
    {"HotUpToABorder", {{0, {{900, 3000, true}}, true}}, {}, 100, {{0}, {{0, 3}}, {}}},
    {"HotOfManyPieces", {{0, {{0, 9000, true}}, true}}, {}, 2500, {{0, 1, 2}, {{0, 9}}, {}}},
    {"HotNotBeyondTheWindow", {{0, {{500, 600, true}}, true}}, {}, 100000, {{0}, {{0, 1}}, {}}},
    {"EndOfTheTorrent", {{3, {{4400, 4500, true}}, true}}, {}, 100000, {{24}, {{24, 25}}, {}}},
    {"WaitingFirst",
     {{0, {{0, 3000, true}}, false}, {1, {{0, 3000, true}}, true}},
     {},
     1500,
     {{10, 11, 0, 1}, {{10, 13}, {0, 3}}, {}}},
    {"ByTurns",
     {{0, {{0, 3000, true}}, true}, {1, {{0, 3000, true}}, true}},
     {},
     3000,
     {{0, 10, 1, 11, 2, 12}, {{0, 3}, {10, 13}}, {}}},
    {"CurrentPlacesBeforeOthers",
     {{0, {{0, 2000, true}, {7000, 9000, false}}, true}, {1, {{0, 2000, true}, {5000, 6000, false}}, false}},
     {},
     100,
     {{0, 10, 7, 15}, {{0, 2}, {10, 12}, {7, 9}, {15, 16}}, {}}},
    {"TwoReadersOfOnePiece",
     {{0, {{0, 3000, true}}, true}, {0, {{500, 4000, true}}, true}},
     {},
     100,
     {{0}, {{0, 3}, {0, 4}}, {}}},
    {"NeighboursStayApart",
     {{0, {{5000, 10000, true}}, true}, {1, {{0, 3000, true}}, true}},
     {},
     100,
     {{5, 10}, {{5, 10}, {10, 13}}, {}}},
    {"HotInsideAnothersWindow",
     {{0, {{0, 10000, true}}, true}, {0, {{5000, 8000, true}}, false}},
     {},
     100,
     {{0, 5}, {{0, 10}, {5, 8}}, {}}},
    {"KeepOverlapsReaders", {{0, {{0, 3000, true}}, true}}, 0, 100, {{0}, {{0, 3}}, PieceRange{0, 10}}},
};

INSTANTIATE_TEST_SUITE_P(Table, DemandTable, testing::ValuesIn(rows), [](auto const& info) { return info.param.name; });

// Pieces of four blocks; `b` begins half a block into piece 2.
TEST(Demand, OfReadersThatTakeBlocks) {
  constexpr std::int64_t block = block_bytes;
  Layout const torrent({{"a", 0, 8 * block + block / 2}, {"b", 8 * block + block / 2, 20 * block}}, 4 * block);
  ReaderWants reader{.file = 1, .windows = {{3 * block, 19 * block, true}}, .waiting = true, .by_block = true};
  // b's byte 3 * block is in block 11 of the torrent: piece 2, block 3.
  EXPECT_EQ(demand(torrent, {reader}, {}, 2 * block), (Wants{{{2, 3, 4}, {3, 0, 2}}, {{{2, 7}, 3}}, {}}));
  // Blocks of one piece that two of them need go together.
  auto other = reader;
  other.windows = {{0, 19 * block, true}};
  other.trusted = true;
  EXPECT_EQ(demand(torrent, {reader, other}, {}, block / 2).hot, (std::vector<Hot>{{2, 0, 4, true}}));
  // Who takes whole pieces only needs all of it.
  other.by_block = false;
  EXPECT_EQ(demand(torrent, {reader, other}, {}, block / 2).hot, (std::vector<Hot>{{2, 0, Hot::all}}));
}

// Many readers at random: the windows hold all that is hot, each hot piece is there once.
TEST(Demand, Property) {
  std::mt19937 random(3);
  auto const torrent = layout();
  for (int round = 0; round < 2000; ++round) {
    std::vector<ReaderWants> readers(random() % 6);
    std::set<int> expected;
    for (auto& reader : readers) {
      reader.file = static_cast<int>(random() % 4);
      reader.waiting = random() % 2 != 0;
      for (auto n = random() % 4; n > 0; --n) {
        Window window{static_cast<std::int64_t>(random() % 11000), 0, n == 1};
        window.end = window.position + static_cast<std::int64_t>(random() % 5000);
        reader.windows.push_back(window);
        auto const pieces = torrent.pieces_of(reader.file, {window.position, window.end});
        for (int p = pieces.first; p < pieces.last; ++p) expected.insert(p);
      }
    }
    auto const wants = demand(torrent, readers, std::nullopt, static_cast<std::int64_t>(random() % 3000 + 1));
    std::set<int> hot;
    for (auto const& urgent : wants.hot) hot.insert(urgent.piece);
    ASSERT_EQ(hot.size(), wants.hot.size());
    std::set<int> got;
    for (auto const range : wants.ahead) {
      ASSERT_FALSE(range.empty());
      for (int p = range.first; p < range.last; ++p) got.insert(p);
    }
    ASSERT_TRUE(std::includes(got.begin(), got.end(), hot.begin(), hot.end()));
    ASSERT_EQ(got, expected);
  }
}

}  // namespace
}  // namespace swarm
