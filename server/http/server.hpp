// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/admission.hpp"
#include "http/connections.hpp"
#include "http/limits.hpp"
#include "http/loop.hpp"
#include "http/pulse.hpp"
#include "http/router.hpp"
#include "http/senders.hpp"
#include "http/source.hpp"

#include <libsoup/soup.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace http {

struct Options {
  std::string host;  ///< empty = all interfaces
  std::uint16_t port = 0;
  std::string tls_cert, tls_key;     ///< PEM files; empty = plain HTTP
  std::string name = "gst-torrent";  ///< of the Server header
  Limits limits;
  Rules rules;
};

/// The HTTP server: libsoup's, with what it lacks (limits, time-outs, admission, one form of errors). Thread-bound to
/// the loop's thread.
class Server {
 public:
  /// Throws std::runtime_error with one sentence that says what is wrong and what to do.
  Server(Options options, Router router, std::shared_ptr<Loop> loop);
  /// Stops accepting and ends all clients.
  ~Server();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] int connections() const { return connections_.count(); }
  [[nodiscard]] Pulse const& pulse() const { return pulse_; }

 private:
  static void on_started(SoupServer*, SoupServerMessage* message, Server* self);
  static void on_request(SoupServer*, SoupServerMessage* message, char const*, GHashTable*, gpointer self);
  void got_headers(SoupServerMessage* message);
  void got_chunk(SoupServerMessage* message, std::size_t size);
  void finished(SoupServerMessage* message);
  void accept_request(class Exchange& exchange);
  void revive_listener();

  Options options_;
  Router router_;
  std::shared_ptr<Loop> loop_;
  Pulse pulse_;
  Connections connections_;
  std::shared_ptr<Senders> senders_;  ///< null with TLS
  GSocket* listener_ = nullptr;
  SoupServer* soup_ = nullptr;
  SoupServerListenOptions listen_options_{};
  Source watchdog_;
  long accepted_ = 0;
  bool stuck_ = false;
};

}  // namespace http
