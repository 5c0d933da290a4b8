// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/admission.hpp"
#include "http/connections.hpp"
#include "http/limits.hpp"
#include "http/loop.hpp"
#include "http/proxies.hpp"
#include "http/pulse.hpp"
#include "http/request_rate.hpp"
#include "http/router.hpp"
#include "http/senders.hpp"
#include "http/source.hpp"

#include <libsoup/soup.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace http {

class Exchange;

struct Options {
  std::string host;  ///< empty = all interfaces
  std::uint16_t port = 0;
  std::string tls_cert, tls_key;     ///< PEM files; empty = plain HTTP
  std::string name = "gst-torrent";  ///< of the Server header
  Proxies proxies;                   ///< that are believed about whom they speak for
  Limits limits;
  Rules rules;
  /// A request has been answered, or its client has left.
  std::function<void(Exchange const&, int status)> answered = {};
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
  /// By which others in the network reach it; none if it is bound to loopback.
  [[nodiscard]] std::vector<std::string> lan_urls() const;
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] int connections() const { return connections_.count(); }
  [[nodiscard]] Pulse const& pulse() const { return pulse_; }
  /// Reads the certificate's files again, for connections to come. Throws as the constructor; the old one stays then.
  void reload_certificate();

 private:
  static void on_started(SoupServer*, SoupServerMessage* message, Server* self);
  static void on_request(SoupServer*, SoupServerMessage* message, char const*, GHashTable*, gpointer self);
  void got_headers(SoupServerMessage* message);
  void got_chunk(SoupServerMessage* message, std::size_t size);
  void finished(SoupServerMessage* message);
  void accept_request(Exchange& exchange);
  [[noreturn]] void refuse_framing(SoupServerMessage* message, char const* why) const;
  void revive_listener();

  Options options_;
  Router router_;
  std::shared_ptr<Loop> loop_;
  Pulse pulse_;
  Connections connections_;
  RequestRate rate_;
  std::shared_ptr<Senders> senders_;  ///< null with TLS
  GSocket* listener_ = nullptr;
  SoupServer* soup_ = nullptr;
  SoupServerListenOptions listen_options_{};
  Source watchdog_;
  long accepted_ = 0;
  bool stuck_ = false;
};

}  // namespace http
