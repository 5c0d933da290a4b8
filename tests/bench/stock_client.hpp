// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "bench/players.hpp"

namespace bench {

/// A libtorrent without anything of ours, steered as well as its own picker can be: a window of priorities that falls
/// with the distance from the player and one deadline, both set anew at a seek. It hands out whole pieces, as its API
/// does.
std::unique_ptr<Client> start_stock(bool utp);

}  // namespace bench
