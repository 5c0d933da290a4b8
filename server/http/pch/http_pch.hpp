// SPDX-License-Identifier: LGPL-2.1-or-later
// Precompiled: see hls_pch.hpp.
#include <libsoup/soup.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
