// SPDX-License-Identifier: LGPL-2.1-or-later
// TorrentSrc's answers to queries that GstBaseSrc would answer wrongly or not at all.
#include "plugin/session_source.hpp"
#include "plugin/torrentsrc.hpp"

#include <algorithm>

namespace plugin {

/// The base class would start and stop the element to find out.
static bool answer_scheduling(GstQuery* query) {
  // Not BANDWIDTH_LIMITED: bytes are kept on disk already, a second download buffer would only copy them.
  gst_query_set_scheduling(query, GST_SCHEDULING_FLAG_SEEKABLE, 1, -1, 0);
  gst_query_add_scheduling_mode(query, GST_PAD_MODE_PULL);
  gst_query_add_scheduling_mode(query, GST_PAD_MODE_PUSH);
  return true;
}

/// Seconds of play are for demuxers to say: FALSE, where the base class answers TRUE and -1 before the metadata are
/// known. Only of bytes is unknown told as -1: typefind takes FALSE for a failure and ends the stream.
static std::optional<bool> answer_duration(GstQuery* query, std::optional<std::int64_t> size) {
  GstFormat format;
  gst_query_parse_duration(query, &format, nullptr);
  if (format == GST_FORMAT_PERCENT) return std::nullopt;
  if (format != GST_FORMAT_BYTES) return false;
  gst_query_set_duration(query, GST_FORMAT_BYTES, size.value_or(-1));
  return true;
}

static gint64 in_format(GstFormat format, std::int64_t bytes, std::int64_t size) {
  if (format == GST_FORMAT_BYTES) return bytes;
  if (size <= 0) return 0;
  return static_cast<gint64>(
      gst_util_uint64_scale(GST_FORMAT_PERCENT_MAX, static_cast<guint64>(bytes), static_cast<guint64>(size)));
}

static gint64 milliseconds_for(std::int64_t bytes, std::int64_t rate) {
  if (bytes <= 0) return 0;
  return rate > 0
             ? static_cast<gint64>(gst_util_uint64_scale(1000, static_cast<guint64>(bytes), static_cast<guint64>(rate)))
             : -1;
}

static bool answer_buffering(GstQuery* query, swarm::Reader const& reader, swarm::Torrent const& torrent, int percent) {
  GstFormat format;
  gst_query_parse_buffering_range(query, &format, nullptr, nullptr, nullptr);
  if (format != GST_FORMAT_BYTES && format != GST_FORMAT_PERCENT) return false;

  auto const status = torrent.status();
  auto const size = reader.size().value_or(0);
  auto const ranges = reader.available();
  auto const position = reader.position();
  std::int64_t buffered = 0;
  swarm::ByteRange around{position, position};
  for (auto const& range : ranges) {
    buffered += range.size();
    if (range.begin <= position && position <= range.end) around = range;
  }
  gst_query_set_buffering_percent(query, percent < 100, percent);
  gst_query_set_buffering_stats(
      query, GST_BUFFERING_DOWNLOAD, static_cast<gint>(std::min<gint64>(status.download_rate, G_MAXINT)), -1,
      percent < 100 ? milliseconds_for(Buffering::unknown * (100 - percent) / 100, status.download_rate) : 0);
  if (size == 0) {
    gst_query_set_buffering_range(query, format, 0, 0, -1);
    return true;
  }
  gst_query_set_buffering_range(query, format, in_format(format, around.begin, size),
                                in_format(format, around.end, size),
                                milliseconds_for(size - buffered, status.download_rate));
  for (auto const& range : ranges)
    gst_query_add_buffering_range(query, in_format(format, range.begin, size), in_format(format, range.end, size));
  return true;
}

bool TorrentSrc::query(GstQuery* query) {
  auto const open = opened();
  auto const chain = [&] {
    return GST_BASE_SRC_CLASS(g_type_class_peek_parent(GST_OBJECT_GET_CLASS(element_)))->query(element_, query) !=
           FALSE;
  };
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_SCHEDULING:
      return answer_scheduling(query);
    case GST_QUERY_DURATION: {
      auto const answer = answer_duration(query, size());
      return answer ? *answer : chain();
    }
    case GST_QUERY_BUFFERING: {
      auto const reader = gate_.reader();
      return reader && open.torrent &&
             answer_buffering(query, *reader, *open.torrent, open.reporter->buffered_percent());
    }
    case GST_QUERY_CONTEXT:
      return answer_context_query(query, open.lease.session) || chain();
    default:
      return chain();
  }
}

}  // namespace plugin
