// SPDX-License-Identifier: LGPL-2.1-or-later
#include "log.hpp"

#include <glib.h>

#include <algorithm>
#include <iterator>
#include <unistd.h>

namespace {

struct Level {
  char const* name;
  int flags;  ///< of GLib, the gravest first
};

constexpr Level levels[] = {
    {"error", G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL},
    {"warn", G_LOG_LEVEL_WARNING},
    {"info", G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO},
    {"debug", G_LOG_LEVEL_DEBUG},
};

std::size_t threshold = 2;

std::size_t rank(int flags) {
  auto found = std::find_if(std::begin(levels), std::end(levels), [&](Level const& l) { return l.flags & flags; });
  return static_cast<std::size_t>(found - std::begin(levels));
}

std::string field(GLogField const* fields, gsize count, char const* name) {
  for (gsize i = 0; i < count; ++i)
    if (g_strcmp0(fields[i].key, name) == 0) {
      auto text = static_cast<char const*>(fields[i].value);
      return fields[i].length < 0 ? text : std::string(text, static_cast<std::size_t>(fields[i].length));
    }
  return {};
}

GLogWriterOutput write_line(GLogLevelFlags flags, GLogField const* fields, gsize count, gpointer) {
  auto at = rank(flags);
  // Libraries debug a lot; only the server's own lines are wanted at that level.
  bool ours = field(fields, count, "GLIB_DOMAIN") == G_LOG_DOMAIN;
  if (at > threshold || (at >= 2 && !ours)) return G_LOG_WRITER_HANDLED;
  g_autoptr(GDateTime) now = g_date_time_new_now_local();
  g_autofree char* time = g_date_time_format(now, "%Y-%m-%d %H:%M:%S");
  auto line = std::string(time) + " " + levels[at].name + ": " + field(fields, count, "MESSAGE");
  // Names come from strangers: no line breaks, no terminal's escapes.
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  line += '\n';
  [[maybe_unused]] auto written = write(STDERR_FILENO, line.data(), line.size());  // one line, one write
  return G_LOG_WRITER_HANDLED;
}

}  // namespace

void start_log(std::string const& level) {
  auto found = std::find_if(std::begin(levels), std::end(levels), [&](Level const& l) { return level == l.name; });
  threshold = static_cast<std::size_t>(found - std::begin(levels));
  g_log_set_writer_func(write_line, nullptr, nullptr);
}

void log_line(swarm::LogLevel level, std::string_view text) {
  std::string line(text);
  switch (level) {
    case swarm::LogLevel::debug:
      g_debug("%s", line.c_str());
      break;
    case swarm::LogLevel::info:
      g_info("%s", line.c_str());
      break;
    case swarm::LogLevel::warning:
      g_warning("%s", line.c_str());
      break;
    case swarm::LogLevel::error:
      g_critical("%s", line.c_str());
      break;
  }
}
