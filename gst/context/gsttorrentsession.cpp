// SPDX-License-Identifier: LGPL-2.1-or-later
#include "context/gsttorrentsession.h"

#include "context/environment.hpp"
#include "context/session.hpp"

#include <exception>
#include <utility>

/// Thread-safe: `session` is written once, before the object is handed out.
struct _GstTorrentSession {
  GObject parent;
  std::shared_ptr<swarm::Session>* session;
};

G_DEFINE_TYPE(GstTorrentSession, gst_torrent_session, G_TYPE_OBJECT)

static void gst_torrent_session_finalize(GObject* object) {
  delete GST_TORRENT_SESSION(object)->session;
  G_OBJECT_CLASS(gst_torrent_session_parent_class)->finalize(object);
}

static void gst_torrent_session_class_init(GstTorrentSessionClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = gst_torrent_session_finalize;
}

static void gst_torrent_session_init(GstTorrentSession* self) { self->session = new std::shared_ptr<swarm::Session>; }

GstTorrentSession* gst_torrent_session_new(const gchar* download_path, const gchar* state_path, GError** error) {
  g_return_val_if_fail(error == nullptr || *error == nullptr, nullptr);
  try {
    swarm::Settings settings;
    context::apply_environment(settings);
    if (download_path) settings.download_path = download_path;
    if (state_path) settings.state_path = state_path;
    return context::wrap(swarm::Session::create(settings));
  } catch (swarm::Error const& e) {
    g_set_error(error, GST_RESOURCE_ERROR, context::resource_error(e), "%s%s%s", e.what(),
                e.advice().empty() ? "" : " ", e.advice().c_str());
  } catch (std::exception const& e) {
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED, "The session did not start: %s", e.what());
  }
  return nullptr;
}

GstContext* gst_torrent_session_new_context(GstTorrentSession* session) {
  g_return_val_if_fail(GST_IS_TORRENT_SESSION(session), nullptr);
  return context::carry(session, true);
}

GstTorrentSession* gst_torrent_session_from_context(GstContext* context) {
  g_return_val_if_fail(GST_IS_CONTEXT(context), nullptr);
  if (!gst_context_has_context_type(context, GST_TORRENT_SESSION_CONTEXT_TYPE)) return nullptr;
  GstTorrentSession* session = nullptr;
  gst_structure_get(gst_context_get_structure(context), "session", GST_TYPE_TORRENT_SESSION, &session, nullptr);
  return session;
}

namespace context {

GstTorrentSession* wrap(std::shared_ptr<swarm::Session> session) {
  auto* self = GST_TORRENT_SESSION(g_object_new(GST_TYPE_TORRENT_SESSION, nullptr));
  *self->session = std::move(session);
  return self;
}

std::shared_ptr<swarm::Session> unwrap(GstTorrentSession* session) { return *session->session; }

GstContext* carry(GstTorrentSession* session, bool persistent) {
  auto* context = gst_context_new(GST_TORRENT_SESSION_CONTEXT_TYPE, persistent);
  gst_structure_set(gst_context_writable_structure(context), "session", GST_TYPE_TORRENT_SESSION, session, nullptr);
  return context;
}

}  // namespace context
