// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_slice.hpp"

#include "film_bytes.hpp"
#include "hls/ts_clock.hpp"
#include "hls/ts_reader.hpp"
#include "timeline_media.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace {

using hls::ts_clock;
using hls::TsReader;
using hls::TsSlice;
using support::FilmBytes;

constexpr hls::TsStride stride{0, 188};

struct Stream {
  explicit Stream(std::vector<std::byte> bytes)
      : film(std::make_shared<FilmBytes>(std::move(bytes))),
        program(*hls::ts_program(*film, stride)),
        tables(hls::table_packets(*film, stride, 0)) {}

  /// Behind its tables.
  [[nodiscard]] std::shared_ptr<TsSlice> slice(std::int64_t clock) const {
    auto whole = tables;
    auto const bytes = hls::read_bytes(*film, 0, static_cast<std::size_t>(film->size()));
    whole.insert(whole.end(), bytes.begin(), bytes.end());
    return std::make_shared<TsSlice>(std::make_shared<FilmBytes>(std::move(whole)), stride, program,
                                     static_cast<std::int64_t>(tables.size()), clock);
  }

  std::shared_ptr<FilmBytes> film;
  hls::TsProgram program;
  std::vector<std::byte> tables;
};

std::vector<std::byte> film() { return support::bytes_of(support::film("small.ts")); }

TEST(TsSlice, HasOneClockReferenceAndTablesOnce) {
  Stream const stream(film());
  auto const slice = stream.slice(-7 * ts_clock);
  TsReader reader(*slice, stride, 0, slice->size());
  std::set<std::int64_t> clocks;
  int tables = 0;
  while (auto const packet = reader.next()) {
    if (packet->clock) clocks.insert(*packet->clock);
    tables += packet->pid == 0 || packet->pid == stream.program.map;
  }
  EXPECT_EQ(clocks, std::set{300 * (hls::ts_wrap - 7 * ts_clock)});
  EXPECT_EQ(tables, 2);
}

TEST(TsSlice, SaysTheSameHoweverItIsRead) {
  auto bytes = film();
  bytes.erase(bytes.begin() + 50000, bytes.begin() + 50077);  // packets begin elsewhere from there on
  auto const slice = Stream(std::move(bytes)).slice(0);
  auto const whole = hls::read_bytes(*slice, 0, static_cast<std::size_t>(slice->size()));
  ASSERT_EQ(std::ssize(whole), slice->size());
  for (std::int64_t size : {100, 188, 5000, 70000})
    for (std::int64_t at = slice->size() / size * size; at >= 0; at -= size) {
      auto const part = hls::read_bytes(*slice, at, static_cast<std::size_t>(size));
      ASSERT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + at)) << at;
    }
}

TEST(Transport, FindsItsTablesBehindDamagedOnes) {
  auto bytes = film();
  FilmBytes source(bytes);
  auto const whole = hls::table_packets(source, stride, 0);
  TsReader packets(source, stride, 0, source.size());
  while (auto const packet = packets.next())
    if (packet->pid == 0) {
      bytes[static_cast<std::size_t>(packets.position()) + 17] ^= std::byte{1};  // within its section
      break;
    }
  FilmBytes damaged(std::move(bytes));
  auto const found = hls::table_packets(damaged, stride, 0);
  EXPECT_FALSE(found.empty());
  EXPECT_EQ(found.size(), whole.size());
  EXPECT_TRUE(hls::ts_program(damaged, stride));
}

}  // namespace
