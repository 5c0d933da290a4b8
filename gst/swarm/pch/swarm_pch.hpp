// SPDX-License-Identifier: LGPL-2.1-or-later
// Precompiled: libtorrent's headers cost some 10 s a file otherwise.
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/disk_interface.hpp>
#include <libtorrent/extensions.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/torrent_info.hpp>
