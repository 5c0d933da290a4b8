// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/source.hpp"

#include <gio/gio.h>

#include <cstddef>
#include <functional>
#include <string>

namespace http {

/// Watches a plain connection while it sends a request's head, and answers one that is too large by itself: libsoup
/// closes such a connection at 64 KiB without a word. It only counts what lies in the socket, a moment before libsoup
/// reads it, and looks into it only when that is more than a head may be. Thread-bound to the loop.
class HeadGuard {
 public:
  HeadGuard(GSocket* socket, std::size_t limit);
  /// What lies there will be read at once, without a turn of the loop (a new connection).
  void look();

 private:
  GSocket* socket_;  // owns what owns this
  std::size_t limit_, seen_ = 0;
  Source source_;
};

/// A whole answer straight into the socket, where libsoup can't give one, and the connection's end. Bytes that wait to
/// be read are dropped first, else the kernel's reset could overtake the answer.
void answer_and_close(GSocket* socket, std::string const& answer);
/// Status line, headers and JSON of a failure.
std::string raw_failure(class Failure const& failure);

}  // namespace http
