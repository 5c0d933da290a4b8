// SPDX-License-Identifier: LGPL-2.1-or-later
// A connection to a Redis server: hiredis writes and reads the protocol (RESP 2), GIO carries it, as Debian's hiredis
// knows no TLS. Everything may block until the time-out; one object on one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

typedef struct _GCancellable GCancellable;

namespace redis {

/// what() says what went wrong, without the password. The connection is of no use any more.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Server {
  std::string host = "localhost";
  std::uint16_t port = 6379;
  int database = 0;
  bool tls = false;
  std::string user, password;
  std::string ca_file;  ///< PEM of who may have signed the server's certificate; empty = whom this machine trusts
};
/// redis://[[user]:password@]host[:port][/database], rediss:// with TLS. Throws Error.
Server parse_url(std::string const& url);

using Command = std::vector<std::string>;

struct Reply {
  enum class Kind { nil, text, integer, list, error } kind = Kind::nil;
  std::string text;  ///< of an error, too
  std::int64_t integer = 0;
  std::vector<Reply> list;
};

class Connection {
 public:
  /// Connects and signs in. Throws Error. `cancel` ends whatever waits, from any thread; it outlives the connection.
  Connection(Server const& server, std::chrono::seconds timeout, GCancellable* cancel = nullptr);
  ~Connection();

  /// Sends all, then reads the answer to each: one round trip. Throws Error, also if one of the answers is an error.
  std::vector<Reply> run(std::vector<Command> const& commands);

 private:
  struct Wire;
  std::unique_ptr<Wire> wire_;
};

}  // namespace redis
