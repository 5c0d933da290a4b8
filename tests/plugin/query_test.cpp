// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake.hpp"
#include "pipeline.hpp"
#include "support/eventually.hpp"

#include <gtest/gtest.h>

namespace tests {
namespace {

using support::eventually;
using support::MiB;
using support::payload_file;

struct Source {
  explicit Source(std::int64_t size, bool metadata = true) : fake(payload_file("film.mkv", size)) {
    fake.torrent->set_metadata(metadata);
    fake.give_to(element.get());
  }
  bool ask(GstQuery* query) { return gst_pad_query(puller.pad(), query); }
  bool ask(Ref<GstQuery> const& query) { return ask(query.get()); }

  Fake fake;
  Ref<GstElement> element = make_source(any_magnet() + "#file=0");
  Puller puller{(fake.give_to(element.get()), element.get())};
};

TEST(Query, SchedulingIsPullAndSeekableWithoutStarting) {
  auto const element = make_source();
  Fake fake(payload_file("film.mkv", MiB));
  fake.give_to(element.get());
  auto const pad = Ref<GstPad>::adopt(gst_element_get_static_pad(element.get(), "src"));
  auto const query = Ref<GstQuery>::adopt(gst_query_new_scheduling());
  ASSERT_TRUE(gst_pad_query(pad.get(), query.get()));
  EXPECT_TRUE(gst_query_has_scheduling_mode_with_flags(query.get(), GST_PAD_MODE_PULL, GST_SCHEDULING_FLAG_SEEKABLE));
  EXPECT_TRUE(gst_query_has_scheduling_mode(query.get(), GST_PAD_MODE_PUSH));
  GstSchedulingFlags flags;
  gst_query_parse_scheduling(query.get(), &flags, nullptr, nullptr, nullptr);
  EXPECT_FALSE(flags & GST_SCHEDULING_FLAG_BANDWIDTH_LIMITED);
  EXPECT_TRUE(fake.session->added().empty());
}

TEST(Query, Uri) {
  Source source(MiB);
  auto const query = Ref<GstQuery>::adopt(gst_query_new_uri());
  ASSERT_TRUE(source.ask(query));
  glib::Unique<gchar> uri;
  gst_query_parse_uri(query.get(), glib::Out(uri));
  EXPECT_EQ(uri.get(), any_magnet() + "#file=0");
}

TEST(Query, DurationIsTrueOnlyOfBytes) {
  for (bool known : {false, true}) {
    Source source(MiB, known);
    gint64 duration = 0;
    EXPECT_TRUE(gst_pad_query_duration(source.puller.pad(), GST_FORMAT_BYTES, &duration));
    EXPECT_EQ(duration, known ? MiB : -1);
    EXPECT_FALSE(gst_pad_query_duration(source.puller.pad(), GST_FORMAT_TIME, &duration)) << "a demuxer knows better";
  }
}

TEST(Query, SeekingAndLatency) {
  Source source(MiB);
  auto const seeking = Ref<GstQuery>::adopt(gst_query_new_seeking(GST_FORMAT_BYTES));
  ASSERT_TRUE(source.ask(seeking));
  gboolean seekable = FALSE;
  gst_query_parse_seeking(seeking.get(), nullptr, &seekable, nullptr, nullptr);
  EXPECT_TRUE(seekable);
  auto const latency = Ref<GstQuery>::adopt(gst_query_new_latency());
  ASSERT_TRUE(source.ask(latency));
  gboolean live = TRUE;
  gst_query_parse_latency(latency.get(), &live, nullptr, nullptr);
  EXPECT_FALSE(live);
}

std::vector<std::pair<gint64, gint64>> ranges(GstQuery* query) {
  std::vector<std::pair<gint64, gint64>> out;
  for (guint i = 0; i < gst_query_get_n_buffering_ranges(query); ++i) {
    gint64 start, stop;
    gst_query_parse_nth_buffering_range(query, i, &start, &stop);
    out.emplace_back(start, stop);
  }
  return out;
}

TEST(Query, BufferingTellsTheTrueRanges) {
  Source source(4 * MiB);
  source.fake.script->open({0, MiB});
  source.fake.script->open({3 * MiB, 4 * MiB});
  swarm::TorrentStatus status;
  status.download_rate = 1 * MiB;
  source.fake.torrent->set_status(status);

  auto const bytes = Ref<GstQuery>::adopt(gst_query_new_buffering(GST_FORMAT_BYTES));
  ASSERT_TRUE(source.ask(bytes));
  EXPECT_EQ(ranges(bytes.get()), (std::vector<std::pair<gint64, gint64>>{{0, MiB}, {3 * MiB, 4 * MiB}}));
  GstBufferingMode mode;
  gint in = 0, out = 0;
  gint64 left = 0;
  gst_query_parse_buffering_stats(bytes.get(), &mode, &in, &out, &left);
  EXPECT_EQ(mode, GST_BUFFERING_DOWNLOAD);
  EXPECT_EQ(in, MiB);
  GstFormat format;
  gint64 start, stop, total;
  gst_query_parse_buffering_range(bytes.get(), &format, &start, &stop, &total);
  EXPECT_EQ(start, 0);
  EXPECT_EQ(stop, MiB);
  EXPECT_EQ(total, 2000) << "2 MiB at 1 MiB/s, milliseconds";
  gboolean busy = TRUE;
  gint percent = 0;
  gst_query_parse_buffering_percent(bytes.get(), &busy, &percent);
  EXPECT_FALSE(busy);
  EXPECT_EQ(percent, 100);

  auto const parts = Ref<GstQuery>::adopt(gst_query_new_buffering(GST_FORMAT_PERCENT));
  ASSERT_TRUE(source.ask(parts));
  constexpr gint64 whole = GST_FORMAT_PERCENT_MAX;
  EXPECT_EQ(ranges(parts.get()), (std::vector<std::pair<gint64, gint64>>{{0, whole / 4}, {whole / 4 * 3, whole}}));

  EXPECT_FALSE(source.ask(Ref<GstQuery>::adopt(gst_query_new_buffering(GST_FORMAT_TIME))));
}

TEST(Query, BufferingBeforeTheMetadata) {
  Source source(4 * MiB, false);
  auto const query = Ref<GstQuery>::adopt(gst_query_new_buffering(GST_FORMAT_PERCENT));
  ASSERT_TRUE(source.ask(query));
  EXPECT_TRUE(ranges(query.get()).empty());
  gint64 stop = -1, total = 0;
  gst_query_parse_buffering_range(query.get(), nullptr, nullptr, &stop, &total);
  EXPECT_EQ(stop, 0);
  EXPECT_EQ(total, -1);
  gboolean busy = FALSE;
  gint percent = 100;
  gst_query_parse_buffering_percent(query.get(), &busy, &percent);
  EXPECT_TRUE(busy) << "there is nothing to play";
  EXPECT_EQ(percent, 0);
}

TEST(Query, Stats) {
  Source source(4 * MiB);
  source.fake.script->open({0, MiB});
  swarm::TorrentStatus status;
  status.peers = 3;
  status.phases.metadata = milliseconds(42);
  status.trackers = {{"udp://127.0.0.1:1", swarm::TrackerStatus::State::failed, -1, -1, "refused"}};
  source.fake.torrent->set_status(status);
  GstStructure* raw = nullptr;
  g_object_get(source.element.get(), "stats", &raw, nullptr);
  glib::Unique<GstStructure> const stats(raw);
  ASSERT_TRUE(stats);
  gint peers = 0;
  gint64 metadata = 0, buffered = 0;
  EXPECT_TRUE(gst_structure_get(stats.get(), "peers", G_TYPE_INT, &peers, "time-to-metadata", G_TYPE_INT64, &metadata,
                                "buffered", G_TYPE_INT64, &buffered, nullptr));
  EXPECT_EQ(peers, 3);
  EXPECT_EQ(metadata, 42);
  EXPECT_EQ(buffered, MiB);
  EXPECT_FALSE(gst_structure_has_field(stats.get(), "time-to-tracker")) << "has not happened";
  EXPECT_EQ(gst_value_array_get_size(gst_structure_get_value(stats.get(), "ranges")), 1u);
  EXPECT_EQ(gst_value_array_get_size(gst_structure_get_value(stats.get(), "trackers")), 1u);
}

TEST(Query, StatsOfAnIdleElementAreEmpty) {
  auto const element = make_source();
  GstStructure* raw = nullptr;
  g_object_get(element.get(), "stats", &raw, nullptr);
  glib::Unique<GstStructure> const stats(raw);
  ASSERT_TRUE(stats);
  EXPECT_EQ(gst_structure_n_fields(stats.get()), 0);
}

}  // namespace
}  // namespace tests
