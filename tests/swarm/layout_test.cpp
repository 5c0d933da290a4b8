// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/layout.hpp"

#include "print.hpp"
#include "swarm/error.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>
#include <stdexcept>

namespace swarm {

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

TEST(Layout, Empty) {
  Layout const layout;
  EXPECT_EQ(layout.piece_count(), 0);
  EXPECT_EQ(layout.total_size(), 0);
  EXPECT_EQ(layout.file_count(), 0);
  EXPECT_THROW((void)layout.file(0), std::out_of_range);
  EXPECT_THROW((void)layout.piece_size(0), std::out_of_range);
}

TEST(Layout, OneFile) {
  Layout const layout({{"a", 0, 100'000, false}}, 32768);
  EXPECT_EQ(layout.piece_count(), 4);
  EXPECT_EQ(layout.piece_size(0), 32768);
  EXPECT_EQ(layout.piece_size(3), 100'000 - 3 * 32768);
  EXPECT_EQ(layout.blocks_in(0), 2);
  EXPECT_EQ(layout.blocks_in(3), 1);
  EXPECT_EQ(layout.block_size(0, 1), 16384);
  EXPECT_EQ(layout.block_size(3, 0), 100'000 - 3 * 32768);
  EXPECT_EQ(layout.pieces_of(0), (PieceRange{0, 4}));
  EXPECT_EQ(layout.pieces_of(0, {32767, 32769}), (PieceRange{0, 2}));
  EXPECT_EQ(layout.pieces_of(0, {-5, most}), (PieceRange{0, 4}));
  EXPECT_TRUE(layout.pieces_of(0, {100'000, most}).empty());
  EXPECT_TRUE(layout.pieces_of(0, {5, 5}).empty());
  EXPECT_TRUE(layout.pieces_of(0, {9, 5}).empty());
  EXPECT_EQ(layout.bytes_of(0, {-1, 1}), (ByteRange{0, 32768}));
  EXPECT_EQ(layout.bytes_of(0, {3, 99}), (ByteRange{3 * 32768, 100'000}));
  EXPECT_TRUE(layout.bytes_of(0, {4, 9}).empty());
  EXPECT_THROW((void)layout.piece_size(-1), std::out_of_range);
  EXPECT_THROW((void)layout.piece_size(4), std::out_of_range);
  EXPECT_THROW((void)layout.block_size(3, 1), std::out_of_range);
  EXPECT_THROW((void)layout.piece_at(0, 100'000), std::out_of_range);
  EXPECT_THROW((void)layout.piece_at(0, -1), std::out_of_range);
  EXPECT_THROW((void)layout.slices(0, 1, 32768), std::out_of_range);
  EXPECT_THROW((void)layout.slices(0, -1, 1), std::out_of_range);
  EXPECT_THROW((void)layout.slices(0, most, most), std::out_of_range);
  EXPECT_TRUE(layout.slices(0, 32768, 0).empty());
}

TEST(Layout, EmptyFilesEverywhere) {
  Layout const layout({{"a", 0, 0}, {"b", 0, 10}, {"c", 10, 0}, {"d", 10, 0}, {"e", 10, 10}, {"f", 20, 0}}, 16);
  EXPECT_EQ(layout.slices(0, 0, 16), (std::vector<Slice>{{1, 0, 10}, {4, 0, 6}}));
  EXPECT_EQ(layout.slices(1, 0, 4), (std::vector<Slice>{{4, 6, 4}}));
  for (int const empty : {0, 2, 3, 5}) {
    EXPECT_TRUE(layout.pieces_of(empty).empty());
    EXPECT_TRUE(layout.bytes_of(empty, {0, 2}).empty());
  }
}

TEST(Layout, RefusesWhatCannotBe) {
  auto const code = [](std::vector<File> files, std::int64_t piece) {
    try {
      Layout(std::move(files), piece);
      return Errc::stopped;
    } catch (Error const& error) {
      return error.code();
    }
  };
  EXPECT_EQ(code({{"a", 0, 1}}, 0), Errc::bad_metadata);
  EXPECT_EQ(code({{"a", 0, 1}}, -1), Errc::bad_metadata);
  EXPECT_EQ(code({{"a", 0, -1}}, 1), Errc::bad_metadata);
  EXPECT_EQ(code({{"a", 1, 1}}, 1), Errc::bad_metadata);
  EXPECT_EQ(code({{"a", 0, 1}, {"b", 2, 1}}, 1), Errc::bad_metadata);
  EXPECT_EQ(code({{"a", 0, most}, {"b", most, 1}}, most / 4), Errc::bad_metadata);
  EXPECT_EQ(code({{"a", 0, most}}, most / 4), Errc::bad_metadata);
  EXPECT_EQ(code({{"a", 0, most / 2}}, 1), Errc::bad_metadata);
}

TEST(Layout, Enormous) {
  Layout const layout({{"a", 0, std::int64_t{1} << 48}}, 256 << 20);
  EXPECT_EQ(layout.piece_count(), 1 << 20);
  EXPECT_EQ(layout.pieces_of(0, {(std::int64_t{1} << 48) - 1, most}), (PieceRange{(1 << 20) - 1, 1 << 20}));
  EXPECT_EQ(layout.bytes_of(0, {1 << 19, (1 << 19) + 1}).begin, std::int64_t{1} << 47);
}

// Against a map of each byte of the torrent to its file and place there.
TEST(Layout, Property) {
  std::mt19937 random(11);
  auto const upto = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<unsigned long>(n + 1));
  };
  for (int round = 0; round < 300; ++round) {
    struct Byte {
      int file;
      std::int64_t offset;
    };
    std::vector<Byte> bytes;
    std::vector<File> files;
    for (int i = 0, n = static_cast<int>(1 + upto(11)); i < n; ++i) {
      std::int64_t const sizes[] = {0, upto(4), upto(100), upto(1000)};
      auto const size = sizes[upto(3)];
      files.push_back({"f" + std::to_string(i), static_cast<std::int64_t>(bytes.size()), size, upto(5) == 0});
      for (std::int64_t at = 0; at < size; ++at) bytes.push_back({i, at});
    }
    auto const piece_length = 1 + upto(upto(1) != 0 ? 20 : 700);
    Layout const layout(files, piece_length);
    auto const total = static_cast<std::int64_t>(bytes.size());
    ASSERT_EQ(layout.total_size(), total);

    std::int64_t sum = 0;
    for (int piece = 0; piece < layout.piece_count(); ++piece) {
      auto const size = layout.piece_size(piece);
      ASSERT_GT(size, 0);
      sum += size;
      auto const start = upto(size);
      auto const length = upto(size - start);
      std::int64_t at = piece * piece_length + start;
      int last_file = -1;
      for (auto const& slice : layout.slices(piece, start, length)) {
        ASSERT_GT(slice.file, last_file);
        ASSERT_GT(slice.size, 0);
        last_file = slice.file;
        for (std::int64_t i = 0; i < slice.size; ++i, ++at) {
          ASSERT_EQ(bytes[static_cast<std::size_t>(at)].file, slice.file);
          ASSERT_EQ(bytes[static_cast<std::size_t>(at)].offset, slice.offset + i);
        }
      }
      ASSERT_EQ(at, piece * piece_length + start + length);
    }
    ASSERT_EQ(sum, total);

    for (int file = 0; file < layout.file_count(); ++file) {
      auto const& entry = layout.file(file);
      ByteRange const range{upto(entry.size + 10) - 5, upto(entry.size + 10) - 5};
      std::set<int> pieces;
      for (auto at = std::max<std::int64_t>(range.begin, 0); at < std::min(range.end, entry.size); ++at) {
        auto const piece = static_cast<int>((entry.offset + at) / piece_length);
        pieces.insert(piece);
        ASSERT_EQ(layout.piece_at(file, at), piece);
      }
      auto const got = layout.pieces_of(file, range);
      ASSERT_EQ(static_cast<std::size_t>(got.size()), pieces.size());
      if (!pieces.empty()) {
        ASSERT_EQ(got, (PieceRange{*pieces.begin(), *pieces.rbegin() + 1}));
      }

      PieceRange const some{static_cast<int>(upto(layout.piece_count() + 4)) - 2,
                            static_cast<int>(upto(layout.piece_count() + 4)) - 2};
      std::set<std::int64_t> covered;
      for (std::int64_t at = 0; at < entry.size; ++at)
        if (some.contains(static_cast<int>((entry.offset + at) / piece_length))) covered.insert(at);
      auto const held = layout.bytes_of(file, some);
      ASSERT_EQ(static_cast<std::size_t>(held.size()), covered.size());
      if (!covered.empty()) {
        ASSERT_EQ(held, (ByteRange{*covered.begin(), *covered.rbegin() + 1}));
      }

      std::vector<bool> have(static_cast<std::size_t>(layout.piece_count()));
      for (auto&& one : have) one = upto(1) != 0;
      std::set<std::int64_t> readable;
      for (std::int64_t at = 0; at < entry.size; ++at)
        if (have[static_cast<std::size_t>((entry.offset + at) / piece_length)]) readable.insert(at);
      std::set<std::int64_t> listed;
      std::int64_t end = -1;
      for (auto const part : ranges_held(layout, file, [&](int p) { return have[static_cast<std::size_t>(p)]; })) {
        ASSERT_FALSE(part.empty());
        ASSERT_GT(part.begin, end) << "not merged";
        end = part.end;
        for (auto at = part.begin; at < part.end; ++at) listed.insert(at);
      }
      ASSERT_EQ(listed, readable);
    }
  }
}

}  // namespace
}  // namespace swarm
