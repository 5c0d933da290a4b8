// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "server/json_path.hpp"

#include <glib.h>

#include <string>

/// "have" of /api/torrents/:infoHash/pieces as a row of 0 and 1.
inline std::string have(std::string const& body) {
  auto const text = at(body, "$.data.have");
  if (text.size() < 2) return {};
  gsize size = 0;
  g_autofree guchar* bytes = g_base64_decode(text.substr(1, text.size() - 2).c_str(), &size);
  std::string row;
  for (gsize i = 0; i < size * 8; ++i) row += (bytes[i / 8] >> (7 - i % 8)) & 1 ? '1' : '0';
  return row;
}
