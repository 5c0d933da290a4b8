// SPDX-License-Identifier: LGPL-2.1-or-later
// Precompiled: most of what compiling one of the many small files takes.
#include <gst/gst.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
