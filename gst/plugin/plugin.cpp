// SPDX-License-Identifier: LGPL-2.1-or-later
// Entry point of the GStreamer plugin `torrent` (the name that libgsttorrent.so must have).
#include "plugin/gsttorrentsrc.hpp"
#include "plugin/log.hpp"

GST_DEBUG_CATEGORY(torrentsrc_debug);

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(torrentsrc_debug, "torrentsrc", 0, "BitTorrent source and its swarm");
  return GST_ELEMENT_REGISTER(torrentsrc, plugin);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, torrent, "Reads media out of BitTorrent swarms", plugin_init,
                  PACKAGE_VERSION, "LGPL", "gst-torrent", "gst-torrent")
