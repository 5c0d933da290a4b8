// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/network_of.hpp"

#include <gio/gio.h>

#include <algorithm>

namespace http {

std::string network_of(std::string const& text) {
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text.c_str());
  if (!address || g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6) return text;
  auto const bytes = reinterpret_cast<char const*>(g_inet_address_to_bytes(address));
  static constexpr char mapped[] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";
  if (std::equal(mapped, mapped + 12, bytes)) return text;
  return {bytes, 8};
}

}  // namespace http
