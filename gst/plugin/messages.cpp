// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/messages.hpp"

#include "glib/value.hpp"
#include "swarm/catalog.hpp"

#include <string>

namespace plugin {

using glib::Value;
using swarm::TorrentStatus;
using swarm::TrackerStatus;

/// Metainfo is the swarm's: what is no UTF-8 must not reach GStreamer's strings.
static std::string utf8(std::string const& text) {
  if (g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr)) return text;
  gchar* valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  std::string result = valid;
  g_free(valid);
  return result;
}

static void append(Value& array, GstStructure* item) {
  Value value(GST_TYPE_STRUCTURE);
  g_value_take_boxed(value.get(), item);
  value.append_to(array.get());
}

GstStructure* metadata_structure(swarm::Metadata const& metadata, std::optional<int> chosen) {
  auto const& layout = metadata.layout;
  auto* out = gst_structure_new("torrent-metadata",                                                     //
                                "name", G_TYPE_STRING, utf8(metadata.name).c_str(),                     //
                                "info-hash", G_TYPE_STRING, metadata.hash.key().c_str(),                //
                                "private", G_TYPE_BOOLEAN, static_cast<gboolean>(metadata.is_private),  //
                                "size", G_TYPE_INT64, gint64{layout.total_size()},                      //
                                "piece-length", G_TYPE_INT64, gint64{layout.piece_length()},            //
                                "pieces", G_TYPE_INT, layout.piece_count(),                             //
                                "file-index", G_TYPE_INT, chosen.value_or(-1), nullptr);
  Value files(GST_TYPE_ARRAY);
  for (int i = 0; i < layout.file_count(); ++i) {
    auto const& file = layout.file(i);
    if (file.padding) continue;
    append(files, gst_structure_new("file", "index", G_TYPE_INT, i, "path", G_TYPE_STRING, utf8(file.path).c_str(),
                                    "size", G_TYPE_INT64, gint64{file.size}, "type", G_TYPE_STRING,
                                    swarm::mime_type(file.path), nullptr));
  }
  files.give_to(out, "files");
  return out;
}

static char const* name_of(TorrentStatus::State state) {
  switch (state) {
    case TorrentStatus::State::connecting:
      return "connecting";
    case TorrentStatus::State::connected:
      return "connected";
    case TorrentStatus::State::downloading:
      return "downloading";
    case TorrentStatus::State::complete:
      return "complete";
    case TorrentStatus::State::paused:
      return "paused";
    case TorrentStatus::State::error:
      return "error";
  }
  return "error";
}

static char const* name_of(TrackerStatus::State state) {
  switch (state) {
    case TrackerStatus::State::waiting:
      return "waiting";
    case TrackerStatus::State::working:
      return "working";
    case TrackerStatus::State::failed:
      return "failed";
  }
  return "failed";
}

static void set_phases(GstStructure* out, swarm::Phases const& phases) {
  struct {
    char const* field;
    std::optional<std::chrono::milliseconds> took;
  } const rows[] = {{"time-to-tracker", phases.tracker},
                    {"time-to-peer", phases.connect},
                    {"time-to-metadata", phases.metadata},
                    {"time-to-first-block", phases.first_block},
                    {"time-to-first-piece", phases.first_piece}};
  for (auto const& row : rows)
    if (row.took) gst_structure_set(out, row.field, G_TYPE_INT64, gint64{row.took->count()}, nullptr);
}

static void set_trackers(GstStructure* out, std::vector<TrackerStatus> const& trackers) {
  Value list(GST_TYPE_ARRAY);
  for (auto const& t : trackers)
    append(list, gst_structure_new("tracker", "url", G_TYPE_STRING, utf8(t.url).c_str(), "state", G_TYPE_STRING,
                                   name_of(t.state), "seeds", G_TYPE_INT, t.seeds, "peers", G_TYPE_INT, t.peers,
                                   "message", G_TYPE_STRING, utf8(t.message).c_str(), nullptr));
  list.give_to(out, "trackers");
}

static void set_reader(GstStructure* out, swarm::Reader const& reader) {
  gst_structure_set(out, "position", G_TYPE_INT64, gint64{reader.position()}, "file-size", G_TYPE_INT64,
                    gint64{reader.size().value_or(-1)}, "file-index", G_TYPE_INT, reader.file().value_or(-1), nullptr);
  Value ranges(GST_TYPE_ARRAY);
  gint64 buffered = 0;
  for (auto const& range : reader.available()) {
    buffered += range.size();
    append(ranges, gst_structure_new("range", "start", G_TYPE_INT64, gint64{range.begin}, "stop", G_TYPE_INT64,
                                     gint64{range.end}, nullptr));
  }
  gst_structure_set(out, "buffered", G_TYPE_INT64, buffered, nullptr);
  ranges.give_to(out, "ranges");
}

GstStructure* stats_structure(swarm::Torrent const& torrent, swarm::Reader const* reader) {
  auto const status = torrent.status();
  auto const metadata = torrent.metadata();
  auto* out = gst_structure_new("torrent-stats",                                                      //
                                "state", G_TYPE_STRING, name_of(status.state),                        //
                                "name", G_TYPE_STRING, utf8(torrent.name()).c_str(),                  //
                                "info-hash", G_TYPE_STRING, torrent.key().c_str(),                    //
                                "peers", G_TYPE_INT, status.peers,                                    //
                                "seeds", G_TYPE_INT, status.seeds,                                    //
                                "download-rate", G_TYPE_INT64, gint64{status.download_rate},          //
                                "upload-rate", G_TYPE_INT64, gint64{status.upload_rate},              //
                                "downloaded", G_TYPE_INT64, gint64{status.downloaded},                //
                                "uploaded", G_TYPE_INT64, gint64{status.uploaded},                    //
                                "pieces", G_TYPE_INT, metadata ? metadata->layout.piece_count() : 0,  //
                                "pieces-done", G_TYPE_INT, status.pieces_done,                        //
                                "availability", G_TYPE_DOUBLE, status.availability,                   //
                                "retries", G_TYPE_INT, status.retries, nullptr);
  if (!status.error.empty()) gst_structure_set(out, "error", G_TYPE_STRING, utf8(status.error).c_str(), nullptr);
  set_phases(out, status.phases);
  set_trackers(out, status.trackers);
  if (reader) set_reader(out, *reader);
  return out;
}

GstStructure* stalled_structure(bool active, std::int64_t position, std::chrono::milliseconds waited, int peers) {
  return gst_structure_new("torrent-stalled", "active", G_TYPE_BOOLEAN, static_cast<gboolean>(active), "position",
                           G_TYPE_INT64, gint64{position}, "waited", G_TYPE_INT64, gint64{waited.count()}, "peers",
                           G_TYPE_INT, peers, nullptr);
}

GstTagList* title_tags(std::string const& path) {
  std::string title = utf8(std::string(swarm::file_name(path)));
  if (auto dot = title.rfind('.'); dot != std::string::npos && dot > 0) title.resize(dot);
  if (title.empty()) return nullptr;
  auto* tags = gst_tag_list_new(GST_TAG_TITLE, title.c_str(), nullptr);
  gst_tag_list_set_scope(tags, GST_TAG_SCOPE_GLOBAL);
  return tags;
}

}  // namespace plugin
