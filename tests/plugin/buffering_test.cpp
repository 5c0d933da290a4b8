// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/buffering.hpp"

#include <gtest/gtest.h>

using plugin::Buffering;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t MiB = 1024 * 1024;

/// A film of 100 MiB that is read ahead by 32 MiB; time starts at a minute.
struct Play {
  Buffering buffering;
  Buffering::Moment now{
      .now = Buffering::Time{} + 60s, .playing = true, .remaining = 100 * MiB, .read_ahead = 32 * MiB};

  std::optional<int> after(std::chrono::milliseconds time) {
    now.now += time;
    return buffering.update(now);
  }
  void wait() { now.waiting_since = now.now; }
};

TEST(Buffering, ShortWaitIsNotTold) {
  Play play;
  play.wait();
  EXPECT_EQ(play.after(499ms), std::nullopt);
  play.now.waiting_since.reset();
  EXPECT_EQ(play.after(10s), std::nullopt);
}

TEST(Buffering, LongWaitIsToldAndEndsWithBytesNotReads) {
  Play play;
  play.wait();
  EXPECT_EQ(play.after(500ms), 0);
  play.now.ahead = MiB / 2;
  EXPECT_EQ(play.after(100ms), 50);
  play.now.waiting_since.reset();  // the read had its bytes; the application is paused and nobody reads
  EXPECT_EQ(play.after(100ms), std::nullopt);
  play.now.ahead = MiB;
  EXPECT_EQ(play.after(100ms), 100);
  EXPECT_FALSE(play.buffering.active());
  EXPECT_EQ(play.after(100ms), std::nullopt);
}

TEST(Buffering, NotWhileTheApplicationIsNotPlaying) {
  Play play;
  play.now.playing = false;
  play.wait();
  EXPECT_EQ(play.after(20s), std::nullopt);
  play.now.playing = true;
  EXPECT_EQ(play.after(100ms), 0);
  play.now.playing = false;  // it was paused because of that
  play.now.ahead = 3 * MiB;
  EXPECT_EQ(play.after(100ms), 100);
}

TEST(Buffering, ByHowFastTheFilmIsRead) {
  Play play;
  play.wait();
  struct {
    std::int64_t rate, target;
  } const cases[] = {{0, MiB}, {100'000, 500'000}, {1000, 256 * 1024}, {50 * MiB, 8 * MiB}};
  for (auto const& c : cases) {
    play.now.rate = c.rate;
    EXPECT_EQ(Buffering::target(play.now), c.target) << c.rate;
  }
  play.now.missing = 100;
  EXPECT_EQ(Buffering::target(play.now), 8 * MiB + 100) << "what the read itself needs comes first";
}

TEST(Buffering, EndOfFileIsEnough) {
  Play play;
  play.now.remaining = 1000;
  play.wait();
  EXPECT_EQ(play.after(500ms), 0);
  play.now.ahead = 1000;
  EXPECT_EQ(play.after(100ms), 100);
}

TEST(Buffering, NeverWaitsForMoreThanIsFetched) {
  Play play;
  play.now.read_ahead = 64 * 1024;
  play.now.missing = 50 * MiB;
  play.wait();
  EXPECT_EQ(play.after(500ms), 0);
  play.now.ahead = 48 * 1024;
  EXPECT_EQ(play.after(100ms), 100);
}

TEST(Buffering, GivesUpWithoutBytesAndReads) {
  Play play;
  play.wait();
  EXPECT_EQ(play.after(500ms), 0);
  EXPECT_EQ(play.after(60s), std::nullopt) << "a read waits and will fail by its own time-out";
  play.now.waiting_since.reset();
  EXPECT_EQ(play.after(9s), std::nullopt);
  play.now.ahead = 10;  // something moves
  EXPECT_EQ(play.after(9s), std::nullopt);
  EXPECT_EQ(play.after(9s), std::nullopt);
  EXPECT_EQ(play.after(1s), 100);
}

TEST(Buffering, EndsWithFlushErrorAndStop) {
  for (bool const stop : {false, true}) {
    Play play;
    play.wait();
    EXPECT_EQ(play.after(500ms), 0);
    play.now.over = true;
    EXPECT_EQ(stop ? play.buffering.finish() : play.after(1ms), 100);
    EXPECT_EQ(play.buffering.finish(), std::nullopt);
  }
}

TEST(Buffering, DoesNotStartAgainAtOnce) {
  Play play;
  play.wait();
  EXPECT_EQ(play.after(500ms), 0);
  play.now.over = true;
  EXPECT_EQ(play.after(1ms), 100);
  play.now.over = false;
  EXPECT_EQ(play.after(499ms), std::nullopt);
  EXPECT_EQ(play.after(1ms), 0);
}

TEST(Buffering, UnknownSizeIsZeroPercent) {
  Play play;
  play.now.remaining = 0;
  play.wait();
  EXPECT_EQ(play.after(700ms), 0);
  EXPECT_EQ(play.after(700ms), std::nullopt) << "said once";
}

}  // namespace
