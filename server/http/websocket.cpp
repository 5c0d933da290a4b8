// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/websocket.hpp"

#include "http/connections.hpp"

#include <utility>

namespace http {

WebSocket::WebSocket(SoupServerMessage* message, std::string client, Limits limits)
    : client_(std::move(client)),
      limits_(limits),
      uri_(g_uri_ref(soup_server_message_get_uri(message))),
      account_(Connections::account(soup_server_message_get_socket(message))) {
  auto* const headers = soup_server_message_get_request_headers(message);
  if (auto const* origin = soup_message_headers_get_one(headers, "Origin")) origin_ = origin;
  stream_ = soup_server_message_steal_connection(message);
}

// libsoup's object belongs to the thread whose main context it is made in.
void WebSocket::listen(Events events) {
  events_ = std::move(events);
  connection_ = soup_websocket_connection_new(stream_, uri_, SOUP_WEBSOCKET_CONNECTION_SERVER,
                                              origin_.empty() ? nullptr : origin_.c_str(), nullptr, nullptr);
  soup_websocket_connection_set_max_incoming_payload_size(connection_, limits_.message);
  soup_websocket_connection_set_keepalive_interval(connection_, static_cast<guint>(limits_.ping.count()));
  g_signal_connect_swapped(connection_, "message", G_CALLBACK(+[](WebSocket* self, int, GBytes* bytes) {
                             self->silent_ = 0;
                             gsize size = 0;
                             auto* data = static_cast<char const*>(g_bytes_get_data(bytes, &size));
                             if (self->events_.text) self->events_.text({data, size});
                           }),
                           this);
  g_signal_connect_swapped(connection_, "pong", G_CALLBACK(+[](WebSocket* self) { self->answered(); }), this);
  g_signal_connect_swapped(connection_, "closed", G_CALLBACK(+[](WebSocket* self) {
                             self->pings_.stop();
                             if (auto closed = self->events_.closed) closed();
                           }),
                           this);
  pings_ = Source::every(limits_.ping, [this] { look(); });
}

WebSocket::~WebSocket() {
  if (connection_) {
    g_signal_handlers_disconnect_by_data(connection_, this);
    close("Good bye.");
    g_object_unref(connection_);
  }
  g_object_unref(stream_);
  g_uri_unref(uri_);
}

void WebSocket::send(std::string const& text) {
  if (soup_websocket_connection_get_state(connection_) != SOUP_WEBSOCKET_STATE_OPEN) return;
  // libsoup queues without a bound.
  if ((unread_ += text.size()) > limits_.unread) return close("Too much is unread.");
  soup_websocket_connection_send_text(connection_, text.c_str());
}

void WebSocket::close(std::string const& why) {
  if (soup_websocket_connection_get_state(connection_) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close(connection_, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, why.c_str());
}

void WebSocket::answered() {
  silent_ = 0;
  if (std::exchange(asked_, false)) unread_ = 0;
}

void WebSocket::look() {
  asked_ = true;
  if (++silent_ > 2) close("No answer to pings.");
}

}  // namespace http
