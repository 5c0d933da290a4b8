// SPDX-License-Identifier: LGPL-2.1-or-later
// Nothing waits for the swarm but create(), and that is ended from outside at any moment.
#include "fake.hpp"
#include "pipeline.hpp"
#include "support/eventually.hpp"

#include <gst/base/gstbasesrc.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace tests {
namespace {

using support::eventually;
using support::MiB;
using support::payload_file;

// What is measured is milliseconds; the bound only tells "at once" from "when the time-out is over".
constexpr milliseconds at_once{1000};

enum class Wait { metadata, piece };

void await(Fake& fake, Wait wait) {
  if (wait == Wait::metadata) fake.torrent->set_metadata(false);
}

constexpr char const* shapes[] = {"torrentsrc uri=%s ! fakesink",
                                  "torrentsrc uri=%s ! typefind ! fakesink",
                                  "torrentsrc uri=%s ! decodebin ! fakesink",
                                  "torrentsrc uri=%s ! decodebin3 ! fakesink",
                                  "torrentsrc uri=%s ! qtdemux ! fakesink",
                                  "torrentsrc uri=%s ! queue2 use-buffering=true ! fakesink"};

std::string shape(char const* text) {
  glib::Unique<gchar> description(g_strdup_printf(text, any_magnet().c_str()));
  return description.get();
}

TEST(State, PausedReturnsAndNullEndsEveryWait) {
  for (auto const* text : shapes)
    for (auto wait : {Wait::metadata, Wait::piece}) {
      SCOPED_TRACE(std::string(text) + (wait == Wait::metadata ? " metadata" : " piece"));
      Fake fake(payload_file("film.mp4", MiB));
      await(fake, wait);
      Pipeline pipeline(shape(text));
      fake.give_to(pipeline.get());
      EXPECT_LT(pipeline.timed(GST_STATE_PLAYING), at_once);
      ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
      EXPECT_LT(pipeline.timed(GST_STATE_NULL), at_once);
      EXPECT_EQ(fake.script->readers(), 0);
      EXPECT_EQ(pipeline.error(), "");
    }
}

TEST(State, NullAtAnyMoment) {
  for (int i = 0; i < 150; ++i) {
    Fake fake(payload_file("film.mp4", MiB));
    if (i % 2) fake.torrent->set_metadata(false);
    Pipeline pipeline(shape(shapes[static_cast<std::size_t>(i) % std::size(shapes)]));
    fake.give_to(pipeline.get());
    pipeline.set(i % 3 ? GST_STATE_PLAYING : GST_STATE_PAUSED);
    // Another moment each time, from before the first read to the middle of it.
    std::this_thread::sleep_for(std::chrono::microseconds(i * 40));
    EXPECT_LT(pipeline.timed(GST_STATE_NULL), at_once) << i;
  }
}

TEST(State, FlushingSeekEndsAWait) {
  Fake fake(payload_file("film.bin", MiB));
  fake.script->open({0, 1000});
  fake.script->open({500000, 600000});
  Pipeline pipeline("torrentsrc name=s uri=" + any_magnet() + " ! fakesink name=f signal-handoffs=true");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
  auto const start = std::chrono::steady_clock::now();
  EXPECT_TRUE(gst_element_seek_simple(pipeline["s"].get(), GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH, 500000));
  EXPECT_LT(std::chrono::steady_clock::now() - start, at_once);
  EXPECT_TRUE(eventually([&] { return fake.script->calls().bytes == 1000 + 100000; }));
}

TEST(State, PausePlayAndStartAgain) {
  Fake fake(payload_file("film.bin", MiB), true);
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink sync=false");
  fake.give_to(pipeline.get());
  for (int i = 0; i < 20; ++i) {
    pipeline.set(GST_STATE_PAUSED);
    ASSERT_TRUE(pipeline.reaches(GST_STATE_PAUSED));
    pipeline.set(GST_STATE_PLAYING);
    ASSERT_TRUE(pipeline.ends()) << pipeline.error();
    pipeline.set(i % 2 ? GST_STATE_NULL : GST_STATE_READY);
    ASSERT_EQ(fake.script->readers(), 0);
  }
}

TEST(State, FailPendingReadsEndsOnlyThose) {
  Fake fake(payload_file("film.bin", MiB));
  auto const source = make_source();
  fake.give_to(source.get());
  Puller puller(source.get());
  g_signal_emit_by_name(source.get(), "fail-pending-reads");  // nothing is pending: nothing happens
  for (int i = 0; i < 20; ++i) {
    GstFlowReturn flow = GST_FLOW_OK;
    auto got = std::async(std::launch::async, [&] { return puller.pull(5000, 10, &flow); });
    ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
    g_signal_emit_by_name(source.get(), "fail-pending-reads");
    got.get();
    EXPECT_EQ(flow, GST_FLOW_FLUSHING);
  }
  fake.script->open_all();
  GstFlowReturn flow;
  EXPECT_EQ(puller.pull(5000, 10, &flow).size(), 10u);
}

// Nobody would ask again there.
TEST(State, FailPendingReadsLeavesAStreamAlone) {
  Fake fake(payload_file("film.bin", MiB));
  Pipeline pipeline("torrentsrc name=s uri=" + any_magnet() + " ! fakesink sync=false");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
    g_signal_emit_by_name(pipeline["s"].get(), "fail-pending-reads");
  }
  fake.script->open_all();
  EXPECT_TRUE(pipeline.ends()) << pipeline.error();
}

TEST(State, StopWhileSomebodyReadsWithoutTheStreamLock) {
  // typefind calls the pad's getrange function itself: the base class stops the element while create() runs.
  for (int i = 0; i < 50; ++i) {
    Fake fake(payload_file("film.bin", MiB));
    auto const source = make_source();
    fake.give_to(source.get());
    Puller puller(source.get());
    auto flow = std::async(std::launch::async, [&] {
      GstBuffer* buffer = nullptr;
      return GST_PAD_GETRANGEFUNC(puller.pad())(puller.pad(), GST_OBJECT(source.get()), 0, 4096, &buffer);
    });
    if (i % 2) {
      ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
    }
    puller.deactivate();
    ASSERT_EQ(flow.wait_for(soon), std::future_status::ready);
    EXPECT_EQ(flow.get(), GST_FLOW_FLUSHING);
    EXPECT_EQ(fake.script->readers(), 0);
  }
}

TEST(State, EosEventEndsAWait) {
  Fake fake(payload_file("film.bin", MiB));
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
  gst_element_send_event(pipeline.get(), gst_event_new_eos());
  EXPECT_TRUE(pipeline.ends()) << pipeline.error();
}

}  // namespace
}  // namespace tests
