// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-torrentsrc
 * @title: torrentsrc
 *
 * Reads one file of a torrent out of a BitTorrent swarm, at any place and before it is complete: in push and in pull
 * mode, with seeks. The URIs it answers to are `magnet:?…`, `torrent:<info hash>`, `btih:<info hash>` and
 * `torrent:///path/of/a.torrent`, each with `#file=<index or path>` to choose a file.
 *
 * |[
 * gst-launch-1.0 playbin3 uri="magnet:?xt=urn:btih:…"
 * gst-launch-1.0 torrentsrc uri="magnet:?xt=urn:btih:…" ! filesink location=film.mkv
 * ]|
 */
#include "plugin/gsttorrentsrc.hpp"

#include "plugin/errors.hpp"
#include "plugin/log.hpp"
#include "plugin/properties.hpp"
#include "plugin/torrentsrc.hpp"
#include "plugin/uri.hpp"

struct _GstTorrentSrc {
  GstBaseSrc parent;
  plugin::TorrentSrc* impl;
};

static void gst_torrent_src_uri_handler_init(gpointer iface, gpointer);

G_DEFINE_TYPE_WITH_CODE(GstTorrentSrc, gst_torrent_src, GST_TYPE_BASE_SRC,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, gst_torrent_src_uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE(torrentsrc, "torrentsrc", GST_RANK_PRIMARY, GST_TYPE_TORRENT_SRC)

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

enum { SIGNAL_FAIL_PENDING_READS, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

template <class T>
static plugin::TorrentSrc& impl(T* instance) {
  return *GST_TORRENT_SRC(instance)->impl;
}

/// Runs `call` for a vfunc that returns a gboolean; what it throws is posted and FALSE returned.
template <class T, class Call>
static gboolean done(T* element, Call&& call) {
  return plugin::guarded<gboolean>(GST_ELEMENT(element), FALSE, [&] { return call(), TRUE; });
}

static gboolean gst_torrent_src_start(GstBaseSrc* self) {
  return done(self, [&] { impl(self).start(); });
}
static gboolean gst_torrent_src_stop(GstBaseSrc* self) {
  return done(self, [&] { impl(self).stop(); });
}
static gboolean gst_torrent_src_unlock(GstBaseSrc* self) {
  return done(self, [&] { impl(self).unlock(); });
}
static gboolean gst_torrent_src_unlock_stop(GstBaseSrc* self) {
  return done(self, [&] { impl(self).unlock_stop(); });
}
static gboolean gst_torrent_src_is_seekable(GstBaseSrc*) { return TRUE; }

static gboolean gst_torrent_src_get_size(GstBaseSrc* self, guint64* size) {
  return plugin::guarded<gboolean>(GST_ELEMENT(self), FALSE, [&] {
    auto const known = impl(self).size();
    if (known) *size = static_cast<guint64>(*known);
    return known ? TRUE : FALSE;
  });
}

/// Events come from downstream, and from the application.
static gboolean gst_torrent_src_event(GstBaseSrc* self, GstEvent* event) {
  return impl(self).may_take(event) && GST_BASE_SRC_CLASS(gst_torrent_src_parent_class)->event(self, event);
}
static gboolean gst_torrent_src_send_event(GstElement* self, GstEvent* event) {
  if (impl(self).may_take(event)) return GST_ELEMENT_CLASS(gst_torrent_src_parent_class)->send_event(self, event);
  gst_event_unref(event);
  return FALSE;
}

static gboolean gst_torrent_src_do_seek(GstBaseSrc* self, GstSegment* segment) {
  return done(self, [&] { impl(self).seek(*segment); }) &&
         GST_BASE_SRC_CLASS(gst_torrent_src_parent_class)->do_seek(self, segment);
}

static GstFlowReturn gst_torrent_src_create(GstBaseSrc* self, guint64 offset, guint length, GstBuffer** buffer) {
  return impl(self).create(offset, length, buffer);
}

static gboolean gst_torrent_src_query(GstBaseSrc* self, GstQuery* query) {
  return plugin::guarded<gboolean>(GST_ELEMENT(self), FALSE, [&]() -> gboolean { return impl(self).query(query); });
}

static GstStateChangeReturn gst_torrent_src_change_state(GstElement* self, GstStateChange transition) {
  if (transition == GST_STATE_CHANGE_READY_TO_NULL) done(self, [&] { impl(self).close(); });
  return GST_ELEMENT_CLASS(gst_torrent_src_parent_class)->change_state(self, transition);
}

static void gst_torrent_src_fail_pending_reads(GstTorrentSrc* self) {
  done(self, [&] { impl(self).fail_pending_reads(); });
}

static void gst_torrent_src_set_property(GObject* self, guint id, GValue const* value, GParamSpec* spec) {
  if (!plugin::set_property(impl(self), GST_ELEMENT(self), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(self, id, spec);
}

static void gst_torrent_src_get_property(GObject* self, guint id, GValue* value, GParamSpec* spec) {
  if (!plugin::get_property(impl(self), GST_ELEMENT(self), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(self, id, spec);
}

static GstURIType gst_torrent_src_uri_type(GType) { return GST_URI_SRC; }
static gchar const* const* gst_torrent_src_uri_protocols(GType) { return plugin::uri_protocols; }

static gchar* gst_torrent_src_get_uri(GstURIHandler* self) {
  auto const uri = impl(self).config().uri;
  return uri.empty() ? nullptr : g_strdup(uri.c_str());
}

static gboolean gst_torrent_src_set_uri(GstURIHandler* self, gchar const* uri, GError** error) {
  return plugin::set_uri(impl(self), GST_ELEMENT(self), uri, error);
}

static void gst_torrent_src_uri_handler_init(gpointer iface, gpointer) {
  auto* handler = static_cast<GstURIHandlerInterface*>(iface);
  handler->get_type = gst_torrent_src_uri_type;
  handler->get_protocols = gst_torrent_src_uri_protocols;
  handler->get_uri = gst_torrent_src_get_uri;
  handler->set_uri = gst_torrent_src_set_uri;
}

static void gst_torrent_src_init(GstTorrentSrc* self) {
  self->impl = new plugin::TorrentSrc(GST_BASE_SRC(self));
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_BYTES);
  gst_base_src_set_dynamic_size(GST_BASE_SRC(self), FALSE);
  gst_base_src_set_blocksize(GST_BASE_SRC(self), 64 * 1024);
}

static void gst_torrent_src_finalize(GObject* self) {
  delete GST_TORRENT_SRC(self)->impl;
  G_OBJECT_CLASS(gst_torrent_src_parent_class)->finalize(self);
}

static void gst_torrent_src_class_init(GstTorrentSrcClass* klass) {
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = gst_torrent_src_set_property;
  object->get_property = gst_torrent_src_get_property;
  object->finalize = gst_torrent_src_finalize;
  plugin::install_properties(object);

  /**
   * GstTorrentSrc::fail-pending-reads:
   *
   * Ends the reads that wait now as a flush would; later reads wait again. For a demuxer in pull mode that searches in
   * the thread that asked it to seek, where no flush can reach it; in push mode nothing happens. May be emitted on any
   * thread.
   */
  signals[SIGNAL_FAIL_PENDING_READS] = g_signal_new_class_handler(
      "fail-pending-reads", G_TYPE_FROM_CLASS(klass), static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
      G_CALLBACK(gst_torrent_src_fail_pending_reads), nullptr, nullptr, nullptr, G_TYPE_NONE, 0);

  auto* element = GST_ELEMENT_CLASS(klass);
  element->send_event = GST_DEBUG_FUNCPTR(gst_torrent_src_send_event);
  element->change_state = GST_DEBUG_FUNCPTR(gst_torrent_src_change_state);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(
      element, "BitTorrent source", "Source/Network",
      "Reads a file of a torrent out of its swarm, from any position, while it is being downloaded",
      "The gst-torrent developers");

  auto* source = GST_BASE_SRC_CLASS(klass);
  source->start = GST_DEBUG_FUNCPTR(gst_torrent_src_start);
  source->stop = GST_DEBUG_FUNCPTR(gst_torrent_src_stop);
  source->is_seekable = GST_DEBUG_FUNCPTR(gst_torrent_src_is_seekable);
  source->get_size = GST_DEBUG_FUNCPTR(gst_torrent_src_get_size);
  source->event = GST_DEBUG_FUNCPTR(gst_torrent_src_event);
  source->do_seek = GST_DEBUG_FUNCPTR(gst_torrent_src_do_seek);
  source->unlock = GST_DEBUG_FUNCPTR(gst_torrent_src_unlock);
  source->unlock_stop = GST_DEBUG_FUNCPTR(gst_torrent_src_unlock_stop);
  source->create = GST_DEBUG_FUNCPTR(gst_torrent_src_create);
  source->query = GST_DEBUG_FUNCPTR(gst_torrent_src_query);
}
