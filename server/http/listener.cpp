// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/listener.hpp"

#include <stdexcept>

namespace http {
namespace {

GInetAddress* resolve(std::string const& host) {
  if (auto literal = g_inet_address_new_from_string(host.c_str())) return literal;
  g_autoptr(GResolver) resolver = g_resolver_get_default();
  g_autoptr(GError) error = nullptr;
  auto found = g_resolver_lookup_by_name(resolver, host.c_str(), nullptr, &error);
  if (!found) throw std::runtime_error("HOST is \"" + host + "\", which is no address of this machine.");
  auto first = G_INET_ADDRESS(g_object_ref(found->data));
  g_resolver_free_addresses(found);
  return first;
}

GSocket* listen(GInetAddress* address, std::uint16_t port, GError** error) {
  g_autoptr(GSocket) socket =
      g_socket_new(g_inet_address_get_family(address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (!socket) return nullptr;
  g_autoptr(GSocketAddress) at = g_inet_socket_address_new(address, port);
  g_socket_set_blocking(socket, FALSE);
  g_socket_set_listen_backlog(socket, 1024);
  if (!g_socket_bind(socket, at, TRUE, error) || !g_socket_listen(socket, error)) return nullptr;
  return static_cast<GSocket*>(g_steal_pointer(&socket));
}

GInetAddress* address_of(GSocket* listener) {
  g_autoptr(GSocketAddress) local = g_socket_get_local_address(listener, nullptr);
  return G_INET_ADDRESS(g_object_ref(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(local))));
}

std::string written(std::string const& address, std::uint16_t port, bool tls) {
  auto const host = address.find(':') != std::string::npos ? "[" + address + "]" : address;
  return (tls ? "https://" : "http://") + host + ":" + std::to_string(port);
}

}  // namespace

GSocket* open_listener(std::string const& host, std::uint16_t port) {
  g_autoptr(GInetAddress) address = host.empty() ? g_inet_address_new_any(G_SOCKET_FAMILY_IPV6) : resolve(host);
  g_autoptr(GError) error = nullptr;
  auto socket = listen(address, port, &error);
  if (!socket && host.empty() && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
    g_autoptr(GInetAddress) any = g_inet_address_new_any(G_SOCKET_FAMILY_IPV4);  // a machine without IPv6
    g_clear_error(&error);
    socket = listen(any, port, &error);
  }
  if (socket) return socket;
  auto where = "port " + std::to_string(port) + (host.empty() ? "" : " of " + host);
  if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    throw std::runtime_error("Another program has " + where +
                             ": stop it, or choose another port with PORT or --port (0 = a free one).");
  throw std::runtime_error("Can't listen on " + where + ": " + error->message + ".");
}

std::uint16_t port_of(GSocket* listener) {
  g_autoptr(GSocketAddress) address = g_socket_get_local_address(listener, nullptr);
  return address ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address)) : 0;
}

std::string url_of(GSocket* listener, bool tls) {
  g_autoptr(GInetAddress) address = address_of(listener);
  g_autofree char* text = g_inet_address_to_string(address);
  return written(g_inet_address_get_is_any(address) ? "127.0.0.1" : text, port_of(listener), tls);
}

std::vector<std::string> lan_urls_of(GSocket* listener, bool tls, Visitors visitors) {
  g_autoptr(GInetAddress) address = address_of(listener);
  g_autofree char* text = g_inet_address_to_string(address);
  std::vector<std::string> urls;
  for (auto const& one : lan_addresses(text, own_addresses(), visitors))
    urls.push_back(written(one, port_of(listener), tls));
  return urls;
}

}  // namespace http
