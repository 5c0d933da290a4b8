// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cache/pins.hpp"

#include <glib.h>

#include <fstream>
#include <iterator>

namespace cache {

std::set<std::string> load_pins(std::string const& path) {
  std::ifstream in(path);
  return {std::istream_iterator<std::string>(in), {}};
}

void save_pins(std::string const& path, std::set<std::string> const& pins) {
  std::string text;
  for (auto const& hash : pins) text += hash + '\n';
  g_autoptr(GError) error = nullptr;
  if (!g_file_set_contents(path.c_str(), text.data(), static_cast<gssize>(text.size()), &error))
    g_warning("What is pinned can't be remembered: %s", error->message);
}

}  // namespace cache
