// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/source.hpp"

#include <libsoup/soup.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace http {

/// One client's WebSocket (RFC 6455), for messages of text. Who does not answer pings, or does not take what is sent,
/// is let go. Made on the loop's thread; thread-bound to the one that listens.
class WebSocket {
 public:
  struct Limits {
    std::size_t message = 256 * 1024;      ///< bytes of one that comes
    std::size_t unread = 4 * 1024 * 1024;  ///< bytes sent since the client last answered a ping
    std::chrono::seconds ping{30};
  };
  struct Events {
    std::function<void(std::string_view)> text;
    std::function<void()> closed;  ///< last; may destroy the socket
  };

  /// Takes the connection from the message, whose 101 is out: for Exchange::upgrade.
  WebSocket(SoupServerMessage* message, std::string client, Limits limits);
  WebSocket(WebSocket const&) = delete;
  WebSocket& operator=(WebSocket const&) = delete;
  ~WebSocket();

  /// Nothing is heard or said before.
  void listen(Events events);
  /// What counts it among the server's connections: to be dropped on the loop's thread.
  [[nodiscard]] std::shared_ptr<void> account() { return std::move(account_); }
  [[nodiscard]] std::string const& client_address() const { return client_; }
  void send(std::string const& text);
  /// `closed` follows, a few seconds later if the client does not take part.
  void close(std::string const& why);

 private:
  /// To a ping that came behind all that was sent before it. What it says by itself proves nothing.
  void answered();
  void look();

  std::string client_;
  Limits const limits_;
  GIOStream* stream_;
  GUri* uri_;
  std::string origin_;
  std::shared_ptr<void> account_;
  SoupWebsocketConnection* connection_ = nullptr;  ///< null: nobody listens yet
  Events events_;
  std::size_t unread_ = 0;
  int silent_ = 0;      ///< pings since it answered
  bool asked_ = false;  ///< since the last answer that counted
  Source pings_;
};

}  // namespace http
