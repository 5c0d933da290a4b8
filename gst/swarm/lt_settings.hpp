// SPDX-License-Identifier: LGPL-2.1-or-later
// Our settings as libtorrent's: one table, with the reason for each value. Internal. Pure.
#pragma once

#include <string>

#include <libtorrent/fwd.hpp>

namespace swarm {

struct Settings;

libtorrent::settings_pack lt_settings(Settings const& settings);
/// Outgoing uTP on or off (decided by the session: on only while some torrent finds no peer by TCP).
libtorrent::settings_pack lt_outgoing_utp(bool on);

/// $<variable>/gst-torrent, or <home>/<fallback>/gst-torrent where that is not set.
std::string xdg_folder(char const* variable, char const* fallback);

}  // namespace swarm
