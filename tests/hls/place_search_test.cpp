// SPDX-License-Identifier: LGPL-2.1-or-later
// Times are found in made bytes, whatever the rates are, and cheaply.
#include "hls/place_search.hpp"

#include "film_bytes.hpp"
#include "hls/cutter.hpp"
#include "hls/facts.hpp"
#include "timeline_media.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace std::chrono_literals;
using hls::Place;
using hls::Time;

constexpr Time picture = 40ms, off = 500ms;
constexpr std::int64_t near = 32 * 1024;

/// Pictures of 40 ms; so many seconds at so many bytes each.
struct Film {
  struct Stretch {
    int seconds;
    std::int64_t rate;
  };
  explicit Film(std::vector<Stretch> const& stretches) {
    for (auto const& stretch : stretches)
      for (int i = 0; i < stretch.seconds * 25; ++i) {
        places.push_back({length, size});
        length += picture;
        size += stretch.rate / 25;
      }
  }
  [[nodiscard]] hls::PlaceSearch search() {
    return hls::PlaceSearch(places.front(), {length, size}, [this](std::int64_t from, std::int64_t to) {
      ++probes;
      auto const place = std::lower_bound(places.begin(), places.end(), from,
                                          [](Place const& each, std::int64_t at) { return each.position < at; });
      return place == places.end() || place->position >= to ? std::nullopt : std::optional(*place);
    });
  }
  /// Everywhere: at most so many places are looked at, and what is found is near.
  void check(int most) {
    for (Time time = 1s; time < length; time += 7s) {
      auto fresh = search();
      probes = 0;
      auto const found = fresh.before(time, off, near);
      EXPECT_LT(found.time, time);
      auto const exact = std::lower_bound(places.begin(), places.end(), time,
                                          [](Place const& each, Time at) { return each.time < at; });
      EXPECT_TRUE(time - found.time <= off + picture || exact->position - found.position <= near + 500'000)
          << time.count();
      EXPECT_LE(probes, most) << time.count();
    }
  }

  std::vector<Place> places;
  Time length{};
  std::int64_t size = 0;
  int probes = 0;
};

TEST(PlaceSearch, LooksAtOnePlaceWhereTheRateIsConstant) { Film({{7200, 1'000'000}}).check(2); }

TEST(PlaceSearch, FindsTimesWhereTheRateVaries) {
  Film({{60, 3'000'000}, {240, 10'000}, {60, 3'000'000}}).check(28);
  std::vector<Film::Stretch> scenes;
  for (int i = 0; i < 240; ++i) scenes.push_back({30, i % 3 == 0 ? 2'000'000 : i % 7 == 0 ? 200'000 : 1'000'000});
  Film(scenes).check(15);
}

TEST(PlaceSearch, IsNotLedAstrayByDamagedTimes) {
  Film film({{600, 1'000'000}});
  for (std::size_t i = 0; i < film.places.size(); i += 10) film.places[i].time += i % 20 == 0 ? 9h : -5h;
  film.places.front().time = Time::zero();
  film.check(40);
}

TEST(PlaceSearch, RemembersWhatWasLookedAt) {
  Film film({{600, 1'000'000}});
  auto search = film.search();
  auto const once = search.before(100s, off, near);
  film.probes = 0;
  EXPECT_EQ(search.before(100s, off, near), once);
  EXPECT_EQ(film.probes, 0);
  EXPECT_EQ(search.before(Time::zero(), off, near), film.places.front());
}

TEST(Transport, IsCutWhereTheRateVaries) {
  auto const path = support::film("varying.ts");
  auto expected = support::probe(path).frames;
  std::sort(expected.begin(), expected.end());
  auto const source = std::make_shared<support::FilmBytes>(path);
  std::unique_ptr<hls::Demuxer> demuxer;
  auto const facts = hls::learn(source, "varying.ts", false, demuxer);
  hls::Cutter const cutter(facts->timeline, facts->measures, facts->segments);
  auto const all = [&](bool backwards) {
    std::vector<Time> times;
    auto const count = facts->segments.size();
    for (std::size_t i = 0; i < count; ++i) {
      auto const cut = cutter.cut(*demuxer, backwards ? count - 1 - i : i, {facts->video()->id});
      for (auto const& unit : cut.front().units) times.push_back(unit.pts);
    }
    std::sort(times.begin(), times.end());
    return times;
  };
  EXPECT_EQ(all(true), expected);
  EXPECT_EQ(all(false), expected);
}

}  // namespace
