// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/machine.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <netinet/in.h>
#include <string_view>

namespace cli {
namespace {

/// A burst of a fast line: 25 MiB, of which a socket takes what it needs.
constexpr std::int64_t wanted_bytes = 26214400;

Port try_port(std::string const& text, GSocketType type) {
  bool const tcp = type == G_SOCKET_TYPE_STREAM;
  Port port{.address = text, .protocol = tcp ? "TCP" : "UDP"};
  auto const colon = text.rfind(':');
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  auto const number = static_cast<guint16>(g_ascii_strtoull(text.c_str() + colon + 1, nullptr, 10));
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host.c_str());
  if (!address) {
    port.message = "a device's name: libtorrent will see";
    port.open = true;
    return port;
  }
  g_autoptr(GError) error = nullptr;
  g_autoptr(GSocketAddress) at = g_inet_socket_address_new(address, number);
  g_autoptr(GSocket) socket = g_socket_new(g_inet_address_get_family(address), type,
                                           tcp ? G_SOCKET_PROTOCOL_TCP : G_SOCKET_PROTOCOL_UDP, &error);
  // [::] beside 0.0.0.0 is a socket of IPv6 only, as libtorrent opens it.
  if (socket && g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, nullptr);
  port.open = socket && g_socket_bind(socket, at, tcp, &error) && (!tcp || g_socket_listen(socket, &error));
  port.taken = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  if (!port.open)
    port.message = port.taken ? "another program has it (a server that runs?): stop that, or choose another port with "
                                "TORRENT_LISTEN"
                              : std::string(error->message) + ": choose another one with TORRENT_LISTEN";
  return port;
}

}  // namespace

std::vector<Port> try_ports(std::string const& listen) {
  std::vector<Port> ports;
  for (std::size_t at = 0; at < listen.size();) {
    auto const end = std::min(listen.find(',', at), listen.size());
    for (auto const type : {G_SOCKET_TYPE_STREAM, G_SOCKET_TYPE_DATAGRAM})
      ports.push_back(try_port(listen.substr(at, end - at), type));
    at = end + 1;
  }
  return ports;
}

std::vector<Buffer> socket_buffers() {
  std::vector<Buffer> buffers;
  for (auto const* name : {"rmem_max", "wmem_max"}) {
    g_autofree char* text = nullptr;
    auto const path = std::string("/proc/sys/net/core/") + name;
    if (!g_file_get_contents(path.c_str(), &text, nullptr, nullptr)) continue;  // not in this network namespace
    buffers.push_back({std::string("net.core.") + name, g_ascii_strtoll(text, nullptr, 10), wanted_bytes});
  }
  return buffers;
}

}  // namespace cli
