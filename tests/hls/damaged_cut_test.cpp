// SPDX-License-Identifier: LGPL-2.1-or-later
// A damaged film: what is cut out of it, and how much is read for that.
#include "film_bytes.hpp"
#include "hls/cutter.hpp"
#include "hls/facts.hpp"
#include "timeline_media.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace std::chrono_literals;

/// A film with rubbish at one place.
class DamagedBytes final : public support::FilmBytes {
 public:
  using FilmBytes::FilmBytes;
  void damage(std::int64_t begin, std::int64_t end) {
    begin_ = begin;
    end_ = end;
  }
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override {
    auto const count = FilmBytes::read(offset, into);
    for (auto at = std::max(offset, begin_); at < std::min(offset + static_cast<std::int64_t>(count), end_); ++at)
      into[static_cast<std::size_t>(at - offset)] = std::byte{0xa5};
    return count;
  }

 private:
  std::int64_t begin_ = 0, end_ = 0;
};

TEST(DamagedCut, IsSearchedForNearItsPlace) {
  auto const source = std::make_shared<DamagedBytes>(support::film("long.mkv"));
  std::unique_ptr<hls::Demuxer> demuxer;
  auto const facts = hls::learn(source, "long.mkv", false, demuxer);
  auto const& segments = facts->segments;
  auto const index = segments.size() * 3 / 4;
  auto const& keys = facts->timeline.key_frames;
  auto const key =
      std::find_if(keys.begin(), keys.end(), [&](auto const& k) { return k.time == segments[index].begin; });
  ASSERT_LT(key + 1, keys.end());
  source->damage(key->position - 100, (key + 1)->position - 100);

  auto const before = source->bytes_read();
  hls::Cutter const cutter(facts->timeline, facts->measures, segments);
  auto const cut = cutter.cut(*demuxer, index, {facts->video()->id});
  ASSERT_FALSE(cut.front().units.empty());
  EXPECT_TRUE(cut.front().units.front().key);
  EXPECT_GE(cut.front().units.front().pts, (key + 1)->time - 1ms);
  // A few segments' worth, more than once: not the hundred that lie before it.
  auto const segment = source->size() / std::ssize(segments);
  EXPECT_LT(source->bytes_read() - before, 20 * segment);
}

/// tsdemux guesses where a clock goes on of which a second is missing.
TEST(DamagedCut, ShowsNothingTwiceBehindRubbish) {
  auto const path = support::film("varying.ts");
  auto true_times = support::probe(path).frames;
  auto const source = std::make_shared<DamagedBytes>(path);
  std::unique_ptr<hls::Demuxer> demuxer;
  auto const facts = hls::learn(source, "varying.ts", false, demuxer);
  auto const size = source->size();
  source->damage(size / 10 * 4, size / 100 * 46);
  hls::Cutter const cutter(facts->timeline, facts->measures, facts->segments);
  std::vector<hls::Time> times;
  for (std::size_t i = 0; i < facts->segments.size(); ++i) {
    auto const cut = cutter.cut(*demuxer, i, {facts->video()->id});
    for (auto const& unit : cut.front().units) times.push_back(unit.pts);
  }
  std::sort(times.begin(), times.end());
  std::sort(true_times.begin(), true_times.end());
  EXPECT_EQ(std::adjacent_find(times.begin(), times.end()), times.end());
  EXPECT_TRUE(std::includes(true_times.begin(), true_times.end(), times.begin(), times.end()));
  EXPECT_LT(times.size(), true_times.size());
  EXPECT_GT(times.size(), true_times.size() * 9 / 10);
}

}  // namespace
