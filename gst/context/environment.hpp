// SPDX-License-Identifier: LGPL-2.1-or-later
// GST_TORRENT_SESSION: settings of sessions that elements and gst_torrent_session_new() start.
#pragma once

#include "swarm/settings.hpp"

namespace context {

/// Overrides `settings` by the environment variable GST_TORRENT_SESSION, a list like
/// "listen=127.0.0.1:0, dht=false". Throws swarm::Error(bad_input) that names the word that is wrong.
void apply_environment(swarm::Settings& settings);
/// The same from a given text.
void apply_settings(swarm::Settings& settings, char const* text);

}  // namespace context
