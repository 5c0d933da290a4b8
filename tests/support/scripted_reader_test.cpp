// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/scripted_reader.hpp"

#include "support/eventually.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace support {
namespace {

using Outcome = swarm::Reader::Outcome;

struct ScriptedReaderTest : testing::Test {
  std::shared_ptr<Script> script = std::make_shared<Script>(payload_file("film.mkv", MiB));
  ScriptedReader reader{script};
  std::vector<std::byte> buffer{64 * KiB};
};

TEST_F(ScriptedReaderTest, GivesWhatTheTestOpened) {
  script->open({0, 100});
  script->open({100, 200});
  auto const result = reader.read(buffer);
  EXPECT_EQ(result.outcome, Outcome::bytes);
  EXPECT_EQ(result.size, 200U);
  EXPECT_TRUE(Payload(1).matches(0, std::span(buffer).first(200)));
  EXPECT_EQ(reader.try_read(buffer).outcome, Outcome::again);
  EXPECT_EQ(reader.available(), (std::vector<swarm::ByteRange>{{0, 200}}));
  reader.seek(MiB);
  EXPECT_EQ(reader.read(buffer).outcome, Outcome::end);
}

TEST_F(ScriptedReaderTest, WaitsUntilBytesComeOrItIsCancelled) {
  auto read = std::async(std::launch::async, [&] { return reader.read(buffer); });
  ASSERT_TRUE(eventually([&] { return script->waiting(); }));
  script->open({0, 10});
  EXPECT_EQ(read.get().size, 10U);
  read = std::async(std::launch::async, [&] { return reader.read(buffer); });
  ASSERT_TRUE(eventually([&] { return script->waiting(); }));
  reader.cancel();
  EXPECT_EQ(read.get().outcome, Outcome::cancelled);
  EXPECT_EQ(reader.try_read(buffer).outcome, Outcome::cancelled);
  reader.uncancel();
  EXPECT_EQ(reader.try_read(buffer).outcome, Outcome::again);
}

TEST_F(ScriptedReaderTest, WakesOnceOnAnotherThread) {
  std::atomic<int> wakes = 0;
  std::atomic<bool> elsewhere = false;
  reader.on_wake([&, here = std::this_thread::get_id()] {
    elsewhere = std::this_thread::get_id() != here;
    ++wakes;
  });
  script->open({0, 10});
  EXPECT_EQ(reader.try_read(buffer).outcome, Outcome::bytes);
  EXPECT_EQ(reader.try_read(buffer).outcome, Outcome::again);
  EXPECT_TRUE(script->wake_pending());
  script->open({10, 20});
  ASSERT_TRUE(eventually([&] { return wakes == 1; }));
  script->open({20, 30});
  reader.on_wake({});
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(elsewhere);
}

TEST_F(ScriptedReaderTest, FailsAsTold) {
  script->open_all();
  script->fail({swarm::Errc::no_space, "the disk is full"}, 50);
  EXPECT_EQ(reader.read(buffer).size, 50U);
  EXPECT_THROW(reader.read(buffer), swarm::Error);
  script->clear_failures();
  EXPECT_EQ(reader.read(buffer).outcome, Outcome::bytes);
}

TEST_F(ScriptedReaderTest, HasItsTimeOuts) {
  script->set_metadata(false);
  ScriptedReader hasty(script, {.metadata_timeout = 5ms, .piece_timeout = 5ms});
  EXPECT_EQ(hasty.size(), std::nullopt);
  try {
    hasty.read(buffer);
    FAIL();
  } catch (swarm::Error const& error) {
    EXPECT_EQ(error.code(), swarm::Errc::metadata_timeout);
  }
  script->set_metadata(true);
  EXPECT_EQ(hasty.size(), MiB);
  EXPECT_THROW(hasty.read(buffer), swarm::Error);
}

}  // namespace
}  // namespace support
