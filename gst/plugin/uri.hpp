// SPDX-License-Identifier: LGPL-2.1-or-later
// URIs of the element -> what to open.
#pragma once

#include "swarm/locator.hpp"

#include <gst/gst.h>

#include <string>

namespace plugin {

/// Null-terminated, for GstURIHandler.
extern gchar const* const uri_protocols[];

/// `magnet:?…`, `torrent:<hash>`, `torrent:///path/film.torrent`, `btih:<hash>`, each with `#file=…`.
/// Throws swarm::Error; bad_input also for what is no URI of ours.
swarm::Locator parse_uri(std::string const& uri);

/// Sets `error` from what is being thrown; to be called in a catch block.
void set_uri_error(GError** error) noexcept;

}  // namespace plugin
