// SPDX-License-Identifier: LGPL-2.1-or-later
// Whom a request really comes from, if proxies that we trust brought it. Pure; reentrant.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// The client's end of a request.
struct Client {
  std::string address;  ///< as text; empty: a proxy keeps it to itself
  std::string scheme;   ///< "http", "https"
  std::string host;     ///< as in a Host field
};

/// The fields in which proxies tell it; empty = not there.
struct Forwarding {
  std::string forwarded;              ///< RFC 7239
  std::string for_list, proto, host;  ///< X-Forwarded-For, -Proto, -Host
};

class Proxies {
 public:
  Proxies() = default;
  /// Addresses and networks. Throws std::runtime_error that names the wrong one.
  explicit Proxies(std::vector<std::string> const& networks);

  [[nodiscard]] bool trust(std::string_view address) const;
  /// Each trusted proxy is believed about who came to it, and no further: what a client writes by itself counts
  /// nothing.
  [[nodiscard]] Client client_behind(Client const& peer, Forwarding const& said) const;

 private:
  std::vector<std::shared_ptr<void>> masks_;  ///< GInetAddressMask
};

}  // namespace http
