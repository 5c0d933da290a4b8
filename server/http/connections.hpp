// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/limits.hpp"
#include "http/proxies.hpp"
#include "http/source.hpp"

#include <libsoup/soup.h>

#include <map>
#include <memory>
#include <set>
#include <string>

namespace http {

/// What libsoup does not keep account of: how many clients there are, and since when each of them has sent nothing.
/// A client that is being answered may take all the time it wants (a paused player is legitimate). Thread-bound.
class Connections {
 public:
  /// `exempt`: addresses behind which there are many clients.
  Connections(Limits const& limits, bool tls, Proxies exempt);
  ~Connections();

  /// A SoupServer listens: from now on its connections are known as soon as they are accepted.
  void listening();
  /// SoupServer's request-started: at accept, and at the first byte of each further request.
  void started(SoupServerMessage* message);
  void got_headers(SoupServerMessage* message);
  void got_chunk(SoupServerMessage* message);
  void got_body(SoupServerMessage* message);
  void finished(SoupServerMessage* message);

  /// Of a socket that goes to another thread: it counts until this is dropped, which has to be on the loop's thread.
  static std::shared_ptr<void> account(GSocket* socket);

  [[nodiscard]] int count() const { return static_cast<int>(open_.size()); }
  [[nodiscard]] long accepted() const { return accepted_; }

 private:
  struct Connection;
  Connection* of(SoupServerMessage* message) const;
  void sweep();

  Limits limits_;
  bool tls_;
  Proxies exempt_;
  std::set<Connection*> open_;
  std::map<std::string, int> of_address_;  ///< open ones
  long accepted_ = 0;
  Source sweep_;
};

}  // namespace http
