// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/limits.hpp"

#include <algorithm>
#include <cstring>
#include <sys/resource.h>

namespace http {

std::size_t body_limit(Limits const& limits, std::string_view content_type) {
  bool torrent = content_type == "application/x-bittorrent" || content_type == "multipart/form-data";
  // Boundaries and headers of a form are not the torrent's.
  return torrent ? limits.torrent_bytes + 64 * 1024 : limits.json_bytes;
}

std::size_t head_size(SoupServerMessage* message) {
  std::size_t size = std::strlen(soup_server_message_get_method(message));
  g_autofree char* uri = g_uri_to_string(soup_server_message_get_uri(message));
  size += std::strlen(uri);
  SoupMessageHeadersIter iter;
  char const *name = nullptr, *value = nullptr;
  soup_message_headers_iter_init(&iter, soup_server_message_get_request_headers(message));
  while (soup_message_headers_iter_next(&iter, &name, &value)) size += std::strlen(name) + std::strlen(value) + 4;
  return size;
}

/// Of a client that is being sent a complete file: its socket, twice, and the file.
constexpr int files_each = 3;

int fit_connections(int wanted, int others) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
  // As many as could ever be needed, not the hard limit: some programs that we might start close every possible one.
  auto need = static_cast<rlim_t>(wanted) * files_each + static_cast<rlim_t>(others);
  if (files.rlim_cur < need) {
    files.rlim_cur = std::min<rlim_t>(need, files.rlim_max);
    setrlimit(RLIMIT_NOFILE, &files);
    getrlimit(RLIMIT_NOFILE, &files);
  }
  auto room = (static_cast<long long>(std::min<rlim_t>(files.rlim_cur, 1 << 30)) - others) / files_each;
  if (room >= wanted) return wanted;
  auto fit = static_cast<int>(std::max<long long>(room, 16));
  g_warning("Only %d HTTP connections instead of %d: the limit of open files is %lld (ulimit -n, LimitNOFILE=).", fit,
            wanted, static_cast<long long>(files.rlim_cur));
  return fit;
}

}  // namespace http
