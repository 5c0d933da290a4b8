// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/text.hpp"

#include "swarm/quote.hpp"

#include <glib.h>

#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cli {

std::string plain(std::string_view text) { return swarm::clean_text(text, 10'000, " "); }

std::string bytes(std::int64_t count) {
  g_autofree char* text = g_format_size(static_cast<guint64>(std::max<std::int64_t>(count, 0)));
  return text;
}

std::string clock(std::chrono::seconds time) {
  auto const all = time.count();
  g_autofree char* text = all >= 3600
                              ? g_strdup_printf("%" G_GINT64_FORMAT ":%02d:%02d", gint64{all / 3600},
                                                static_cast<int>(all / 60 % 60), static_cast<int>(all % 60))
                              : g_strdup_printf("%d:%02d", static_cast<int>(all / 60), static_cast<int>(all % 60));
  return text;
}

ProgressLine::ProgressLine(bool quiet) : shows_(!quiet && isatty(STDERR_FILENO)) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(std::string const& told) {
  if (!shows_) return;
  auto const text = plain(told);
  winsize size{};
  auto const columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
  g_autofree char* cut =
      g_utf8_substring(text.c_str(), 0, std::min<glong>(columns - 1, g_utf8_strlen(text.c_str(), -1)));
  std::fprintf(stderr, "\r%s\033[K", cut);
  shown_ = true;
}

void ProgressLine::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

std::string bar(double share, int width) {
  auto const full = std::clamp(static_cast<int>(share * width), 0, width);
  return "[" + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(width - full), '-') + "]";
}

}  // namespace cli
