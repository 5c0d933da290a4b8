// SPDX-License-Identifier: LGPL-2.1-or-later
// The element `torrentsrc`: a GObject that hands everything to plugin::TorrentSrc.
#pragma once

#include <gst/base/gstbasesrc.h>

G_BEGIN_DECLS

#define GST_TYPE_TORRENT_SRC (gst_torrent_src_get_type())
G_DECLARE_FINAL_TYPE(GstTorrentSrc, gst_torrent_src, GST, TORRENT_SRC, GstBaseSrc)

GST_ELEMENT_REGISTER_DECLARE(torrentsrc);

G_END_DECLS
