// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/properties.hpp"

#include "glib/unique.hpp"
#include "glib/value.hpp"
#include "plugin/errors.hpp"
#include "plugin/log.hpp"
#include "plugin/uri.hpp"

#include <iterator>

namespace plugin {

namespace {

constexpr auto rw = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
constexpr auto ready = static_cast<GParamFlags>(rw | GST_PARAM_MUTABLE_READY);
constexpr auto playing = static_cast<GParamFlags>(rw | GST_PARAM_MUTABLE_PLAYING);
constexpr auto read_only = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

std::string text(GValue const* value) {
  auto const* chars = g_value_get_string(value);
  return chars ? chars : "";
}

void set_text(GValue* value, std::string const& text) {
  g_value_set_string(value, text.empty() ? nullptr : text.c_str());
}

guint milliseconds(std::chrono::milliseconds time) { return static_cast<guint>(time.count()); }

std::vector<std::string> texts(GValue const* array) {
  std::vector<std::string> out;
  for (guint i = 0; i < gst_value_array_get_size(array); ++i)
    if (auto const* item = gst_value_array_get_value(array, i); G_VALUE_HOLDS_STRING(item)) out.push_back(text(item));
  return out;
}

void set_texts(GValue* array, std::vector<std::string> const& texts) {
  for (auto const& text : texts) {
    glib::Value item(G_TYPE_STRING);
    g_value_set_string(item.get(), text.c_str());
    item.append_to(array);
  }
}

Config const& defaults() {
  static Config const config;
  return config;
}

GType verify_type() {
  static GType const type = [] {
    static GEnumValue const values[] = {
        {static_cast<int>(swarm::Verify::strict), "Verified pieces only", "strict"},
        {static_cast<int>(swarm::Verify::fast), "Blocks as they come; wrong ones are told of later", "fast"},
        {static_cast<int>(swarm::Verify::trusted), "After a jump also blocks of peers that proved right", "trusted"},
        {0, nullptr, nullptr}};
    return g_enum_register_static("GstTorrentVerify", values);
  }();
  return type;
}

GType storage_type() {
  static GType const type = [] {
    static GEnumValue const values[] = {
        {static_cast<int>(swarm::StorageKind::file), "Files in the download folder", "file"},
        {static_cast<int>(swarm::StorageKind::ram), "Memory, as much as ram-budget allows", "ram"},
        {0, nullptr, nullptr}};
    return g_enum_register_static("GstTorrentStorage", values);
  }();
  return type;
}

struct Row {
  GParamSpec* (*spec)();
  void (*set)(Config&, GValue const*);
  void (*get)(Config const&, GValue*);
  void (TorrentSrc::*apply)() = nullptr;  // after a change, to what is open
};

// `uri` and `stats` have no place in Config that a row could fill: see below.
Row const table[] = {
    {[] {
       return g_param_spec_string(
           "uri", "URI",
           "What to read: magnet:?…, torrent:<info hash>, btih:<info hash> or torrent:///path/of/a.torrent, each with "
           "#file=<index or path> to choose a file",
           nullptr, ready);
     },
     nullptr, [](Config const& c, GValue* v) { set_text(v, c.uri); }},
    {[] {
       return g_param_spec_int("file-index", "File index",
                               "Index of the file in the torrent, from 0; -1 = by file-name or URI, else the film (the "
                               "largest video, else the largest file)",
                               -1, G_MAXINT, defaults().file_index, ready);
     },
     [](Config& c, GValue const* v) { c.file_index = g_value_get_int(v); },
     [](Config const& c, GValue* v) { g_value_set_int(v, c.file_index); }},
    {[] {
       return g_param_spec_string(
           "file-name", "File name",
           "Path of the file in the torrent, or its bare name if only one file has it; wins over "
           "file-index",
           nullptr, ready);
     },
     [](Config& c, GValue const* v) { c.file_name = text(v); },
     [](Config const& c, GValue* v) { set_text(v, c.file_name); }},
    {[] {
       return g_param_spec_string("save-path", "Save path",
                                  "Folder for downloads; the session's state goes into .gst-torrent in it. NULL = the "
                                  "session's folder ($XDG_CACHE_HOME/gst-torrent)",
                                  nullptr, ready);
     },
     [](Config& c, GValue const* v) { c.save_path = text(v); },
     [](Config const& c, GValue* v) { set_text(v, c.save_path); }},
    {[] {
       return gst_param_spec_array(
           "trackers", "Trackers", "Announce URLs to use beside those of the URI",
           g_param_spec_string("tracker", "Tracker", "Announce URL (http, https, udp)", nullptr, rw), ready);
     },
     [](Config& c, GValue const* v) { c.trackers = texts(v); },
     [](Config const& c, GValue* v) { set_texts(v, c.trackers); }},
    {[] {
       return g_param_spec_int64("read-ahead", "Read ahead", "Bytes to fetch ahead of the position (bytes)", 64 * 1024,
                                 G_MAXINT64 / 2, defaults().read_ahead, ready);
     },
     [](Config& c, GValue const* v) { c.read_ahead = g_value_get_int64(v); },
     [](Config const& c, GValue* v) { g_value_set_int64(v, c.read_ahead); }},
    {[] {
       return g_param_spec_enum("storage", "Storage",
                                "Where the torrent is held, if this element is the first to open it", storage_type(),
                                static_cast<int>(defaults().storage), ready);
     },
     [](Config& c, GValue const* v) { c.storage = static_cast<swarm::StorageKind>(g_value_get_enum(v)); },
     [](Config const& c, GValue* v) { g_value_set_enum(v, static_cast<int>(c.storage)); }},
    {[] {
       return g_param_spec_int64("ram-budget", "RAM budget", "Memory for the torrent with storage=ram (bytes)", 1,
                                 G_MAXINT64, defaults().ram_budget, ready);
     },
     [](Config& c, GValue const* v) { c.ram_budget = g_value_get_int64(v); },
     [](Config const& c, GValue* v) { g_value_set_int64(v, c.ram_budget); }},
    {[] {
       return g_param_spec_enum("verify", "Verify", "When bytes may be read", verify_type(),
                                static_cast<int>(defaults().verify), ready);
     },
     [](Config& c, GValue const* v) { c.verify = static_cast<swarm::Verify>(g_value_get_enum(v)); },
     [](Config const& c, GValue* v) { g_value_set_enum(v, static_cast<int>(c.verify)); }},
    {[] {
       return g_param_spec_uint("metadata-timeout", "Metadata timeout",
                                "Longest wait for the torrent's metadata (milliseconds, 0 = wait for ever)", 0,
                                G_MAXINT, milliseconds(defaults().metadata_timeout), ready);
     },
     [](Config& c, GValue const* v) { c.metadata_timeout = std::chrono::milliseconds(g_value_get_uint(v)); },
     [](Config const& c, GValue* v) { g_value_set_uint(v, milliseconds(c.metadata_timeout)); }},
    {[] {
       return g_param_spec_uint("piece-timeout", "Piece timeout",
                                "Longest wait for a block of what is to be read (milliseconds, 0 = wait for ever)", 0,
                                G_MAXINT, milliseconds(defaults().piece_timeout), ready);
     },
     [](Config& c, GValue const* v) { c.piece_timeout = std::chrono::milliseconds(g_value_get_uint(v)); },
     [](Config const& c, GValue* v) { g_value_set_uint(v, milliseconds(c.piece_timeout)); }},
    {[] {
       return g_param_spec_int("download-limit", "Download limit",
                               "Highest download rate of the torrent (bytes/s, 0 = no limit)", 0, G_MAXINT,
                               defaults().download_limit, playing);
     },
     [](Config& c, GValue const* v) { c.download_limit = g_value_get_int(v); },
     [](Config const& c, GValue* v) { g_value_set_int(v, c.download_limit); }, &TorrentSrc::apply_limits},
    {[] {
       return g_param_spec_int("upload-limit", "Upload limit",
                               "Highest upload rate of the torrent (bytes/s, 0 = no limit)", 0, G_MAXINT,
                               defaults().upload_limit, playing);
     },
     [](Config& c, GValue const* v) { c.upload_limit = g_value_get_int(v); },
     [](Config const& c, GValue* v) { g_value_set_int(v, c.upload_limit); }, &TorrentSrc::apply_limits},
    {[] {
       return g_param_spec_int("max-peers", "Maximum peers",
                               "Connections to peers of the session, if this element is the one that starts it "
                               "(connections)",
                               1, 65535, defaults().max_peers, ready);
     },
     [](Config& c, GValue const* v) { c.max_peers = g_value_get_int(v); },
     [](Config const& c, GValue* v) { g_value_set_int(v, c.max_peers); }},
    {[] {
       return g_param_spec_boolean("keep", "Keep",
                                   "Download the file to its end, whatever is read of it, as long as the session lives",
                                   defaults().keep, playing);
     },
     [](Config& c, GValue const* v) { c.keep = g_value_get_boolean(v); },
     [](Config const& c, GValue* v) { g_value_set_boolean(v, c.keep); }, &TorrentSrc::apply_keep},
    {[] {
       return g_param_spec_boolean("post-stats", "Post statistics",
                                   "Post the structure of the property stats as an element message once a second",
                                   defaults().post_stats, playing);
     },
     [](Config& c, GValue const* v) { c.post_stats = g_value_get_boolean(v); },
     [](Config const& c, GValue* v) { g_value_set_boolean(v, c.post_stats); }, &TorrentSrc::apply_stats},
    {[] {
       return g_param_spec_boxed("stats", "Statistics",
                                 "State of the torrent and of this element's reader: peers, rates (bytes/s), pieces, "
                                 "availability, trackers, times of the start (milliseconds), buffered ranges (bytes)",
                                 GST_TYPE_STRUCTURE, read_only);
     },
     nullptr, nullptr},
};
constexpr guint uri_id = 1;
constexpr guint stats_id = std::size(table);

bool may_change_uri(GstElement* element) {
  GST_OBJECT_LOCK(element);
  bool const may = GST_STATE(element) <= GST_STATE_READY;
  GST_OBJECT_UNLOCK(element);
  return may;
}

}  // namespace

void install_properties(GObjectClass* klass) {
  for (guint i = 0; i < std::size(table); ++i) g_object_class_install_property(klass, i + 1, table[i].spec());
}

bool set_uri(TorrentSrc& source, GstElement* element, gchar const* uri, GError** error) noexcept {
  if (!may_change_uri(element)) {
    g_set_error_literal(error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
                        "The URI of a torrentsrc can't be changed while it runs. Set it in NULL or READY.");
    return false;
  }
  try {
    source.set_uri(uri ? uri : "");
    return true;
  } catch (...) {
    set_uri_error(error);
    return false;
  }
}

bool set_property(TorrentSrc& source, GstElement* element, guint id, GValue const* value) noexcept {
  if (id == 0 || id > std::size(table)) return false;
  if (id == uri_id) {
    // g_object_set has no way to fail: start() will post the error.
    glib::Unique<GError> error;
    if (!set_uri(source, element, g_value_get_string(value), glib::Out(error)))
      GST_WARNING_OBJECT(element, "%s", error->message);
    return true;
  }
  auto const& row = table[id - 1];
  if (!row.set) return false;
  return guarded(element, true, [&] {
    source.configure([&](Config& config) { row.set(config, value); });
    if (row.apply) (source.*row.apply)();
    return true;
  });
}

bool get_property(TorrentSrc const& source, GstElement* element, guint id, GValue* value) noexcept {
  if (id == 0 || id > std::size(table)) return false;
  return guarded(element, true, [&] {
    if (id == stats_id)
      g_value_take_boxed(value, source.stats());
    else
      table[id - 1].get(source.config(), value);
    return true;
  });
}

}  // namespace plugin
