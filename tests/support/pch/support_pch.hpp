// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>
#include <libtorrent/session.hpp>
#include <libtorrent/torrent_info.hpp>
