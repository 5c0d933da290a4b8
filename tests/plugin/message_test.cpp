// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake.hpp"
#include "pipeline.hpp"
#include "support/eventually.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>

namespace tests {
namespace {

using support::eventually;
using support::MiB;
using support::payload_file;

int percent_of(Ref<GstMessage> const& message) {
  gint percent = -1;
  if (message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_BUFFERING)
    gst_message_parse_buffering(message.get(), &percent);
  return percent;
}

TEST(Log, HasTheElementsOwnLinesInItsCategory) {
  Fake fake(payload_file("film.bin", MiB), true);
  Pipeline pipeline("torrentsrc name=s uri=" + any_magnet() + " ! fakesink");
  fake.give_to(pipeline.get());
  struct Seen {
    Ref<GstElement> source;
    std::atomic<int> lines = 0;
  } seen{pipeline["s"]};
  gst_debug_set_threshold_for_name("torrentsrc", GST_LEVEL_INFO);
  GstLogFunction const note = [](GstDebugCategory* category, GstDebugLevel, gchar const*, gchar const*, gint,
                                 GObject* object, GstDebugMessage*, gpointer data) {
    auto& to = *static_cast<Seen*>(data);
    if (object == G_OBJECT(to.source.get()) && g_str_equal(gst_debug_category_get_name(category), "torrentsrc"))
      ++to.lines;
  };
  gst_debug_add_log_function(note, &seen, nullptr);
  pipeline.set(GST_STATE_PLAYING);
  EXPECT_TRUE(pipeline.ends()) << pipeline.error();
  gst_debug_remove_log_function_by_data(&seen);
  gst_debug_unset_threshold_for_name("torrentsrc");
  EXPECT_GT(seen.lines, 0);
}

TEST(Messages, DurationChangesWhenTheMetadataCome) {
  Fake fake(payload_file("film.bin", MiB));
  fake.torrent->set_metadata(false);
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PAUSED);
  ASSERT_TRUE(eventually([&] { return fake.script->waiting(); }));
  fake.torrent->set_metadata(true);
  fake.script->open_all();
  EXPECT_TRUE(pipeline.wait(GST_MESSAGE_DURATION_CHANGED));
  gint64 duration = 0;
  EXPECT_TRUE(gst_element_query_duration(pipeline.get(), GST_FORMAT_BYTES, &duration));
  EXPECT_EQ(duration, MiB);
}

TEST(Messages, MetadataAreToldBeforeAnyByte) {
  Fake fake(payload_file("A film.mkv", MiB));
  fake.torrent->set_metadata(false);
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PAUSED);
  EXPECT_FALSE(pipeline.wait_element("torrent-metadata", milliseconds(200)));
  fake.torrent->set_metadata(true);
  auto const message = pipeline.wait_element("torrent-metadata");
  ASSERT_TRUE(message);
  auto const* fields = gst_message_get_structure(message.get());
  EXPECT_STREQ(gst_structure_get_string(fields, "name"), "A film.mkv");
  EXPECT_STREQ(gst_structure_get_string(fields, "info-hash"), std::string(40, 'a').c_str());
  auto const* files = gst_structure_get_value(fields, "files");
  ASSERT_TRUE(files && GST_VALUE_HOLDS_ARRAY(files));
  ASSERT_EQ(gst_value_array_get_size(files), 1u);
  auto const* file = gst_value_get_structure(gst_value_array_get_value(files, 0));
  EXPECT_STREQ(gst_structure_get_string(file, "path"), "A film.mkv");
  EXPECT_STREQ(gst_structure_get_string(file, "type"), "video/x-matroska");
}

TEST(Messages, ProgressOfAStart) {
  Fake fake(payload_file("film.bin", MiB));
  fake.torrent->set_metadata(false);
  swarm::TorrentStatus status;
  status.trackers = {{"udp://127.0.0.1:1"}};
  fake.torrent->set_status(status);
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink sync=false");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  std::map<std::string, std::vector<GstProgressType>> seen;
  auto see_until = [&](char const* code, GstProgressType type) {
    while (auto message = pipeline.wait(GST_MESSAGE_PROGRESS)) {
      GstProgressType t;
      gchar* c = nullptr;
      gst_message_parse_progress(message.get(), &t, &c, nullptr);
      std::string const got = c;
      g_free(c);
      seen[got].push_back(t);
      if (got == code && t == type) return true;
    }
    return false;
  };
  ASSERT_TRUE(see_until("metadata", GST_PROGRESS_TYPE_START));
  status.phases.tracker = milliseconds(5);
  status.peers = 2;
  fake.torrent->set_status(status);
  ASSERT_TRUE(see_until("metadata", GST_PROGRESS_TYPE_CONTINUE));
  fake.torrent->set_metadata(true);
  ASSERT_TRUE(see_until("first-block", GST_PROGRESS_TYPE_START));
  fake.script->open_all();
  ASSERT_TRUE(see_until("first-block", GST_PROGRESS_TYPE_COMPLETE));
  EXPECT_EQ(seen["tracker"], (std::vector{GST_PROGRESS_TYPE_START, GST_PROGRESS_TYPE_COMPLETE}));
  EXPECT_EQ(seen["metadata"],
            (std::vector{GST_PROGRESS_TYPE_START, GST_PROGRESS_TYPE_CONTINUE, GST_PROGRESS_TYPE_COMPLETE}));
}

TEST(Messages, BufferingPausesAndGoesOnWithoutAnyRead) {
  Fake fake(payload_file("film.bin", 8 * MiB));
  fake.script->open({0, 100000});
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink sync=false");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  EXPECT_EQ(percent_of(pipeline.wait(GST_MESSAGE_BUFFERING)), 0);
  pipeline.set(GST_STATE_PAUSED);  // as players do
  fake.script->open({100000, 100000 + MiB / 2});
  auto const percent = percent_of(pipeline.wait(GST_MESSAGE_BUFFERING));
  EXPECT_GT(percent, 0);
  EXPECT_LT(percent, 100);
  fake.script->open({100000, 4 * MiB});
  int last = percent;
  while (last >= 0 && last < 100) last = percent_of(pipeline.wait(GST_MESSAGE_BUFFERING));
  EXPECT_EQ(last, 100);
  fake.script->open_all();
  pipeline.set(GST_STATE_PLAYING);
  EXPECT_TRUE(pipeline.ends()) << pipeline.error();
  for (auto const& message : pipeline.drain()) EXPECT_NE(GST_MESSAGE_TYPE(message.get()), GST_MESSAGE_BUFFERING);
}

TEST(Messages, NoBufferingBeforePlaying) {
  Fake fake(payload_file("film.bin", 8 * MiB));
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PAUSED);
  EXPECT_FALSE(pipeline.wait(GST_MESSAGE_BUFFERING, milliseconds(1500)));
}

TEST(Messages, BufferingEndsWithAnError) {
  Fake fake(payload_file("film.bin", 8 * MiB));
  fake.script->open({0, 100000});
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink sync=false");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  EXPECT_EQ(percent_of(pipeline.wait(GST_MESSAGE_BUFFERING)), 0);
  fake.script->fail(swarm::Error(swarm::Errc::read_timeout, "Nobody gave it."), 100000);
  bool error = false;
  int last = 0;
  while (!error || last != 100) {
    auto const message =
        pipeline.wait(static_cast<GstMessageType>(GST_MESSAGE_BUFFERING | GST_MESSAGE_ERROR), milliseconds(5000));
    ASSERT_TRUE(message) << "error " << error << ", last " << last;
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR)
      error = true;
    else
      last = percent_of(message);
  }
}

TEST(Messages, StatsOncePerSecondIfAsked) {
  Fake fake(payload_file("film.bin", MiB));
  Pipeline pipeline("torrentsrc name=s uri=" + any_magnet() + " ! fakesink");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PAUSED);
  EXPECT_FALSE(pipeline.wait_element("torrent-stats", milliseconds(1500)));
  g_object_set(pipeline["s"].get(), "post-stats", TRUE, nullptr);
  EXPECT_TRUE(pipeline.wait_element("torrent-stats"));
  EXPECT_TRUE(pipeline.wait_element("torrent-stats"));
}

TEST(Messages, AStallIsToldAndItsEnd) {
  Fake fake(payload_file("film.bin", MiB));
  fake.script->open({0, 1000});
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink sync=false");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  auto active = [](Ref<GstMessage> const& message) {
    gboolean value = -1;
    if (message) gst_structure_get_boolean(gst_message_get_structure(message.get()), "active", &value);
    return value;
  };
  EXPECT_EQ(active(pipeline.wait_element("torrent-stalled")), TRUE);
  fake.script->open_all();
  EXPECT_EQ(active(pipeline.wait_element("torrent-stalled")), FALSE);
}

}  // namespace
}  // namespace tests
