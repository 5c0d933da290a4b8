// SPDX-License-Identifier: LGPL-2.1-or-later
// Precompiled: see hls_pch.hpp. The first two are the floors below, which nearly every file sees.
#include "http/exchange.hpp"
#include "swarm/session.hpp"

#include <libsoup/soup.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>
