// SPDX-License-Identifier: LGPL-2.1-or-later
// The debug category `torrentsrc` (made by the plugin's entry point).
#pragma once

#include "swarm/settings.hpp"

#include <gst/gst.h>

#include <string_view>

GST_DEBUG_CATEGORY_EXTERN(torrentsrc_debug);
#define GST_CAT_DEFAULT torrentsrc_debug

namespace plugin {

/// For Settings::log: what the swarm says goes to the category, on any thread, until GStreamer is gone.
void log_swarm(swarm::LogLevel level, std::string_view line);

}  // namespace plugin
