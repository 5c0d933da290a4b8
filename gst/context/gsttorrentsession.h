/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GST_TORRENT_SESSION_CONTEXT_TYPE:
 *
 * Type of the #GstContext that carries a #GstTorrentSession between applications, pipelines and `torrentsrc`.
 */
#define GST_TORRENT_SESSION_CONTEXT_TYPE "gst.torrent.session"

#define GST_TYPE_TORRENT_SESSION (gst_torrent_session_get_type ())
/**
 * GstTorrentSession:
 *
 * One BitTorrent session (ports, DHT, all torrents), shared by everything that holds a reference. Thread-safe.
 * It stops, within two seconds, when the last reference is gone.
 */
G_DECLARE_FINAL_TYPE (GstTorrentSession, gst_torrent_session, GST, TORRENT_SESSION, GObject)

/**
 * gst_torrent_session_new:
 * @download_path: (nullable): folder for downloads; %NULL for `$XDG_CACHE_HOME/gst-torrent`
 * @state_path: (nullable): folder for state; %NULL for `$XDG_STATE_HOME/gst-torrent`
 * @error: return location for a #GError of %GST_RESOURCE_ERROR
 *
 * The environment variable `GST_TORRENT_SESSION` can set more, for instance `listen=0.0.0.0:6881, dht=false`.
 *
 * Returns: (transfer full) (nullable): a session of its own, or %NULL with @error set
 */
GstTorrentSession *gst_torrent_session_new (const gchar *download_path, const gchar *state_path, GError **error);

/**
 * gst_torrent_session_new_context:
 * @session: the session
 *
 * Returns: (transfer full): a persistent #GstContext to give to a pipeline with gst_element_set_context()
 */
GstContext *gst_torrent_session_new_context (GstTorrentSession *session);

/**
 * gst_torrent_session_from_context:
 * @context: a context of type %GST_TORRENT_SESSION_CONTEXT_TYPE
 *
 * Returns: (transfer full) (nullable): the session it carries
 */
GstTorrentSession *gst_torrent_session_from_context (GstContext *context);

G_END_DECLS
