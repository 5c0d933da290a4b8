// SPDX-License-Identifier: LGPL-2.1-or-later
// How libsoup goes to a tracker: to addresses that may be spoken to, and to no proxy, which would go out of our sight.
#pragma once

#include "lib/trackers/probe.hpp"

#include <libsoup/soup.h>

#include <functional>

namespace trackers {

inline SoupSession* new_session() {
  auto* session = soup_session_new();
  soup_session_set_proxy_resolver(session, nullptr);
  return session;
}

/// A request that follows no redirect, which may lead anywhere; null if the URL is none. libsoup looks the name up once
/// more and may be told another address than we were (DNS rebinding): what counts is where it is about to connect.
inline SoupMessage* new_request(Question const& question, std::string const& url) {
  using Allowed = std::function<bool(std::string const& address)>;
  auto* message = soup_message_new("GET", url.c_str());
  if (!message) return nullptr;
  soup_message_add_flags(message, SOUP_MESSAGE_NO_REDIRECT);
  auto const on_network = +[](SoupMessage*, GSocketClientEvent event, GIOStream* stream, Allowed* allowed) {
    if (event != G_SOCKET_CLIENT_CONNECTING || !G_IS_SOCKET_CONNECTION(stream)) return;
    auto* connection = G_SOCKET_CONNECTION(stream);
    g_autoptr(GSocketAddress) to = g_socket_connection_get_remote_address(connection, nullptr);
    g_autofree char* text = G_IS_INET_SOCKET_ADDRESS(to)
                                ? g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(to)))
                                : nullptr;
    if (!text || !(*allowed)(text)) g_socket_close(g_socket_connection_get_socket(connection), nullptr);
  };
  g_signal_connect_data(message, "network-event", G_CALLBACK(on_network), new Allowed(question.allowed),
                        [](gpointer allowed, GClosure*) { delete static_cast<Allowed*>(allowed); }, {});
  return message;
}

}  // namespace trackers
