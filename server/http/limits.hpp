// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace http {

struct Limits {
  int connections = 1024;
  int connections_each = 0;            ///< of one address; 0 = no limit
  int requests_per_second = 0;         ///< of one client; 0 = no limit
  std::chrono::seconds idle{60};       ///< of a connection without a request, or with one that does not come to its end
  std::size_t head_bytes = 16 * 1024;  ///< request line and headers
  std::size_t json_bytes = 1024 * 1024;          ///< of a body
  std::size_t torrent_bytes = 10 * 1024 * 1024;  ///< of a body that is, or holds, a .torrent
};

/// Longest body for a Content-Type.
std::size_t body_limit(Limits const& limits, std::string_view content_type);
/// Bytes of a parsed head, about.
std::size_t head_size(SoupServerMessage* message);

/// Raises the soft limit of open files as far as it goes and gives the number of connections, at most `wanted`, that
/// it leaves room for beside `others` open files. A listener of libsoup that can't accept is dead for good.
int fit_connections(int wanted, int others);

}  // namespace http
