// SPDX-License-Identifier: LGPL-2.1-or-later
// The element's properties as one table.
#pragma once

#include "plugin/torrentsrc.hpp"

#include <gst/gst.h>

namespace plugin {

void install_properties(GObjectClass* klass);
/// False: there is no such property. Problems are posted or logged.
bool set_property(TorrentSrc& source, GstElement* element, guint id, GValue const* value) noexcept;
bool get_property(TorrentSrc const& source, GstElement* element, guint id, GValue* value) noexcept;

/// Of GstURIHandler and the property `uri`: refused unless the element is in NULL or READY.
bool set_uri(TorrentSrc& source, GstElement* element, gchar const* uri, GError** error) noexcept;

}  // namespace plugin
