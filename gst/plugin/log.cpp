// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/log.hpp"

namespace plugin {

static GstDebugLevel gst_level(swarm::LogLevel level) {
  switch (level) {
    case swarm::LogLevel::debug:
      return GST_LEVEL_DEBUG;
    case swarm::LogLevel::info:
      return GST_LEVEL_INFO;
    case swarm::LogLevel::warning:
      return GST_LEVEL_WARNING;
    case swarm::LogLevel::error:
      return GST_LEVEL_ERROR;
  }
  return GST_LEVEL_DEBUG;
}

void log_swarm(swarm::LogLevel level, std::string_view line) {
  // The session outlives gst_deinit() in applications that call it at their end.
  if (!gst_is_initialized()) return;
  GST_CAT_LEVEL_LOG(torrentsrc_debug, gst_level(level), nullptr, "swarm: %.*s", static_cast<int>(line.size()),
                    line.data());
}

}  // namespace plugin
