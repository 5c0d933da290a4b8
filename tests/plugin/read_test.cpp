// SPDX-License-Identifier: LGPL-2.1-or-later
// The bytes that come out, in push and pull mode, from a source whose bytes come when the test says so.
#include "fake.hpp"
#include "pipeline.hpp"
#include "support/eventually.hpp"

#include <gst/check/gstharness.h>
#include <gtest/gtest.h>

#include <future>
#include <random>

namespace tests {
namespace {

using support::eventually;
using support::KiB;
using support::MiB;
using support::payload_file;

constexpr std::int64_t size = 3 * MiB + 12345;

struct Harness {
  explicit Harness(Fake const& fake, std::string const& uri = any_magnet(), guint blocksize = 0)
      : source(make_source(uri)) {
    fake.give_to(source.get());
    if (blocksize) g_object_set(source.get(), "blocksize", blocksize, nullptr);
    harness = gst_harness_new_with_element(source.get(), nullptr, "src");
  }
  ~Harness() { gst_harness_teardown(harness); }
  Ref<GstBuffer> pull() { return Ref<GstBuffer>::adopt(gst_harness_pull(harness)); }

  Ref<GstElement> source;
  GstHarness* harness;
};

TEST(Push, WholeFileWithOffsets) {
  for (guint blocksize : {0u, 1000u, 4096u, 1u << 20, 1u << 30}) {
    Fake fake(payload_file("film.mkv", size), true);
    Harness h(fake, any_magnet(), blocksize);
    gst_harness_play(h.harness);
    std::string all;
    while (all.size() < size) {
      auto const buffer = h.pull();
      ASSERT_TRUE(buffer) << "after " << all.size();
      EXPECT_EQ(GST_BUFFER_OFFSET(buffer.get()), all.size());
      auto const bytes = bytes_of(buffer.get());
      all += bytes;
      EXPECT_EQ(GST_BUFFER_OFFSET_END(buffer.get()), all.size());
      if (blocksize && all.size() < size) {
        EXPECT_EQ(bytes.size(), blocksize) << "what is there comes in whole blocks";
      }
    }
    EXPECT_TRUE(all == fake.script->content().bytes()) << "blocksize " << blocksize;
    EXPECT_TRUE(eventually([&] { return GST_PAD_IS_EOS(h.harness->sinkpad); }));
  }
}

TEST(Push, ShortBuffersRatherThanWaiting) {
  Fake fake(payload_file("film.mkv", size));
  Harness h(fake, any_magnet(), 1 << 20);
  gst_harness_play(h.harness);
  fake.script->open({0, 5000});
  EXPECT_EQ(gst_buffer_get_size(h.pull().get()), 5000u);
  fake.script->open({5000, 5001});
  EXPECT_EQ(gst_buffer_get_size(h.pull().get()), 1u);
}

TEST(Push, SegmentKnowsTheSizeAndTitleFollows) {
  Fake fake(payload_file("folder/A film.mkv", size));
  fake.torrent->set_metadata(false);
  Harness h(fake);
  gst_harness_play(h.harness);
  EXPECT_TRUE(eventually([&] { return fake.script->waiting(); }));
  fake.torrent->set_metadata(true);
  fake.script->open_all();
  ASSERT_TRUE(h.pull());
  bool segment = false, title = false;
  while (auto event = Ref<GstEvent>::adopt(gst_harness_try_pull_event(h.harness))) {
    if (GST_EVENT_TYPE(event.get()) == GST_EVENT_SEGMENT) {
      GstSegment const* s;
      gst_event_parse_segment(event.get(), &s);
      segment = s->duration == size && s->format == GST_FORMAT_BYTES;
    } else if (GST_EVENT_TYPE(event.get()) == GST_EVENT_TAG) {
      GstTagList* tags;
      gst_event_parse_tag(event.get(), &tags);
      gchar* text = nullptr;
      if (gst_tag_list_get_string(tags, GST_TAG_TITLE, &text)) title = std::string(text) == "A film";
      g_free(text);
    }
  }
  EXPECT_TRUE(segment);
  EXPECT_TRUE(title);
}

TEST(Push, ByteSeeks) {
  Fake fake(payload_file("film.mkv", size), true);
  Harness h(fake);
  gst_harness_play(h.harness);
  ASSERT_TRUE(h.pull());
  for (std::int64_t at : {size - 10, std::int64_t{0}, std::int64_t{777777}}) {
    EXPECT_TRUE(gst_harness_push_upstream_event(
        h.harness,
        gst_event_new_seek(1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, at, GST_SEEK_TYPE_NONE, -1)));
    Ref<GstBuffer> buffer;
    do buffer = h.pull();  // those from before the flush may still be there
    while (buffer && GST_BUFFER_OFFSET(buffer.get()) != static_cast<guint64>(at));
    ASSERT_TRUE(buffer) << at;
    auto const bytes = bytes_of(buffer.get());
    EXPECT_TRUE(bytes == fake.script->content().bytes(at, bytes.size()));
  }
}

TEST(Push, SeekWithStopEndsThere) {
  Fake fake(payload_file("film.mkv", size));
  fake.script->open({1000, 1500});
  Pipeline pipeline("torrentsrc name=s uri=" + any_magnet() + " ! fakesink sync=false");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_READY);
  ASSERT_TRUE(gst_element_send_event(
      pipeline["s"].get(), gst_event_new_seek(1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 1000,
                                              GST_SEEK_TYPE_SET, 1500)));
  pipeline.set(GST_STATE_PLAYING);
  EXPECT_TRUE(pipeline.ends()) << pipeline.error();
  auto const ends = fake.script->calls().ends;
  EXPECT_NE(std::find(ends.begin(), ends.end(), std::optional<std::int64_t>(1500)), ends.end());
}

// The base class goes back whole blocks, whatever it got.
TEST(Push, BackwardsNothingIsLeftOut) {
  Fake fake(payload_file("film.mkv", size));
  fake.script->open({0, size - 70'000});
  Harness h(fake, any_magnet(), 100'000);
  gst_harness_play(h.harness);
  ASSERT_TRUE(h.pull());
  ASSERT_TRUE(gst_harness_push_upstream_event(
      h.harness,
      gst_event_new_seek(-1.0, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_SET, size)));
  ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
  fake.script->open_all();
  auto begin = static_cast<guint64>(size);
  for (Ref<GstBuffer> buffer; begin > 0;) {
    buffer = h.pull();
    ASSERT_TRUE(buffer) << begin;
    if (GST_BUFFER_OFFSET_END(buffer.get()) != begin) continue;  // of before the flush
    begin = GST_BUFFER_OFFSET(buffer.get());
    EXPECT_TRUE(bytes_of(buffer.get()) ==
                fake.script->content().bytes(static_cast<std::int64_t>(begin), gst_buffer_get_size(buffer.get())));
  }
}

// END is nowhere as long as the size is not known; nor is where to begin backwards.
TEST(Push, SeeksThatNeedTheSizeAreRefusedUntilItIsKnown) {
  Fake fake(payload_file("film.mkv", size), true);
  fake.torrent->set_metadata(false);
  Harness h(fake);
  gst_harness_play(h.harness);
  ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
  auto const seek = [&](double rate, GstSeekType type, std::int64_t start) {
    auto const event = [&] {
      return gst_event_new_seek(rate, GST_FORMAT_BYTES, GST_SEEK_FLAG_FLUSH, type, start, GST_SEEK_TYPE_NONE, -1);
    };
    bool const from_downstream = gst_harness_push_upstream_event(h.harness, event());
    EXPECT_EQ(gst_element_send_event(h.harness->element, event()), from_downstream);
    return from_downstream;
  };
  EXPECT_FALSE(seek(1, GST_SEEK_TYPE_END, -1000));
  EXPECT_FALSE(seek(-1, GST_SEEK_TYPE_SET, 0));
  EXPECT_TRUE(seek(1, GST_SEEK_TYPE_SET, 1000));
  fake.torrent->set_metadata(true);
  ASSERT_TRUE(h.pull());
  EXPECT_TRUE(seek(1, GST_SEEK_TYPE_END, -1000));
}

TEST(Pull, FullLengthUpToTheEnd) {
  Fake fake(payload_file("film.mkv", size), true);
  fake.script->set_chunk(1000);
  auto const source = make_source();
  fake.give_to(source.get());
  Puller puller(source.get());
  ASSERT_TRUE(puller.active());
  std::mt19937 random(7);
  for (int i = 0; i < 200; ++i) {
    auto const at = static_cast<std::int64_t>(random() % size);
    auto const length = 1 + random() % 100000;
    GstFlowReturn flow;
    Ref<GstBuffer> buffer;
    auto const got = puller.pull(static_cast<std::uint64_t>(at), static_cast<guint>(length), &flow, &buffer);
    ASSERT_EQ(flow, GST_FLOW_OK);
    auto const wanted = static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(length), size - at));
    ASSERT_EQ(got.size(), wanted);
    ASSERT_TRUE(got == fake.script->content().bytes(at, wanted)) << at;
    ASSERT_EQ(GST_BUFFER_OFFSET(buffer.get()), static_cast<guint64>(at));
    ASSERT_EQ(GST_BUFFER_OFFSET_END(buffer.get()), static_cast<guint64>(at) + wanted);
  }
  GstFlowReturn flow;
  EXPECT_EQ(puller.pull(size - 1, 10, &flow).size(), 1u);
  puller.pull(size, 10, &flow);
  EXPECT_EQ(flow, GST_FLOW_EOS);
  puller.pull(size + 10 * MiB, 10, &flow);
  EXPECT_EQ(flow, GST_FLOW_EOS);
}

TEST(Pull, WaitsForAllOfIt) {
  Fake fake(payload_file("film.mkv", size));
  fake.script->open({0, 100});
  auto const source = make_source();
  fake.give_to(source.get());
  Puller puller(source.get());
  auto got = std::async(std::launch::async, [&] { return puller.pull(0, 200); });
  ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
  fake.script->open({100, 200});
  EXPECT_TRUE(got.get() == fake.script->content().bytes(0, 200));
}

TEST(Pull, AnyLengthBeforeTheSizeIsKnown) {
  Fake fake(payload_file("film.mkv", 5000));
  fake.torrent->set_metadata(false);
  auto const source = make_source();
  fake.give_to(source.get());
  Puller puller(source.get());
  GstFlowReturn flow = GST_FLOW_OK;
  auto got = std::async(std::launch::async, [&] { return puller.pull(1000, G_MAXUINT, &flow); });
  ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
  fake.torrent->set_metadata(true);
  fake.script->open_all();
  EXPECT_TRUE(got.get() == fake.script->content().bytes(1000, 4000));
  EXPECT_EQ(flow, GST_FLOW_OK);
}

TEST(Pull, BeyondTheEndBeforeTheSizeIsKnown) {
  Fake fake(payload_file("film.mkv", 5000));
  fake.torrent->set_metadata(false);
  auto const source = make_source();
  fake.give_to(source.get());
  Puller puller(source.get());
  GstFlowReturn flow = GST_FLOW_OK;
  auto got = std::async(std::launch::async, [&] { return puller.pull(6000, 10, &flow); });
  ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
  fake.torrent->set_metadata(true);
  got.get();
  EXPECT_EQ(flow, GST_FLOW_EOS);
}

TEST(Pull, FillsTheCallersBuffer) {
  Fake fake(payload_file("film.mkv", size), true);
  auto const source = make_source();
  fake.give_to(source.get());
  Puller puller(source.get());
  auto const mine = Ref<GstBuffer>::adopt(gst_buffer_new_allocate(nullptr, 4096, nullptr));
  GstBuffer* buffer = mine.get();
  ASSERT_EQ(gst_pad_get_range(puller.pad(), static_cast<guint64>(size) - 1000, 4096, &buffer), GST_FLOW_OK);
  EXPECT_EQ(buffer, mine.get());
  EXPECT_TRUE(bytes_of(buffer) == fake.script->content().bytes(size - 1000, 1000));
}

TEST(Pull, EmptyFile) {
  Fake fake(payload_file("empty.mkv", 0), true);
  auto const source = make_source();
  fake.give_to(source.get());
  Puller puller(source.get());
  GstFlowReturn flow;
  puller.pull(0, 10, &flow);
  EXPECT_EQ(flow, GST_FLOW_EOS);
}

}  // namespace
}  // namespace tests
