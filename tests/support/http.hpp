// SPDX-License-Identifier: LGPL-2.1-or-later
// HTTP/1.1 as it is on the wire: sends what the test writes, shows every byte of what came back, and can behave as
// badly as the test needs.
#pragma once

#include "support/loopback.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support::http {

using Fields = std::vector<std::pair<std::string, std::string>>;  ///< in order, names as written
inline constexpr std::chrono::milliseconds default_timeout{10000};

/// Anything that is no HTTP, an unexpected end, a time-out.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What every message has above its body.
struct Head {
  std::string raw;      ///< with the empty line
  std::string version;  ///< "HTTP/1.1"
  int status = 0;
  std::string reason;
  Fields fields;

  /// First value of the field (any case); nullopt if it is not there.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  /// The same, "" if it is not there: for comparisons.
  [[nodiscard]] std::string operator[](std::string_view name) const { return get(name).value_or(""); }
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return get(name).has_value(); }
};

struct Response {
  Head head;
  std::string body;       ///< decoded from chunks
  bool complete = false;  ///< as long as its own framing said
  Fields trailers;
  [[nodiscard]] int status() const { return head.status; }
  [[nodiscard]] std::string operator[](std::string_view name) const { return head[name]; }
};

struct Request {
  std::string method = "GET";
  std::string target = "/";
  Fields fields;  ///< Host and Content-Length are added where they are missing
  std::string body;
  [[nodiscard]] std::string text(std::string const& host) const;
};

/// One connection. Not thread-safe.
class Connection {
 public:
  /// `from`: source address in 127/8.
  explicit Connection(Endpoint const& to, std::string const& from = {},
                      std::chrono::milliseconds timeout = default_timeout);

  /// Time-out of each wait below.
  void set_timeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }

  /// Raw bytes. Throws Failure if the other side does not take them in time.
  void send(std::string_view bytes);
  void send(Request const& request) { send(request.text(host_)); }

  /// The next head; 1xx heads are given like others.
  Head read_head();
  /// The body that belongs to the head: by chunks, by length, to the end. Interim answers, HEAD, 204 and 304 have
  /// none. Ends early (complete = false) at an unexpected end.
  Response read_body(Head head, std::string_view method = "GET");
  Response read_response(std::string_view method = "GET") { return read_body(read_head(), method); }
  Response ask(Request const& request) {
    send(request);
    return read_response(request.method);
  }

  /// Up to `most` bytes as they come, "" at the end of the stream. Throws Failure at the time-out.
  std::string read_some(std::size_t most);
  /// Exactly so many; fewer only at the end of the stream.
  std::string read_exactly(std::size_t count);
  /// True if the other side has ended the stream (nothing else may come before); false at the time-out.
  bool ended(std::chrono::milliseconds timeout = default_timeout);
  /// A small receive window, so that a test that does not read is felt soon. Before the first request.
  void set_receive_buffer(int bytes);

  /// No more will be sent; reading goes on.
  void half_close();
  /// Closes with a reset instead of an orderly end.
  void reset();
  void close() { fd_.reset(); }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] Endpoint local() const { return local_endpoint(fd_.get()); }

 private:
  bool fill();  ///< more into buffer_; false at the end
  std::string read_line();

  Fd fd_;
  std::string host_;
  std::chrono::milliseconds timeout_;
  std::string buffer_;
};

/// One request on a connection of its own (Connection: close).
Response ask(Endpoint const& server, Request request, std::chrono::milliseconds timeout = default_timeout);
Response get(Endpoint const& server, std::string target, Fields fields = {});
Response head(Endpoint const& server, std::string target, Fields fields = {});
Response post(Endpoint const& server, std::string target, std::string body,
              std::string content_type = "application/json", Fields fields = {});

/// Parts of a multipart/byteranges body.
struct Part {
  Fields fields;
  std::string body;
  [[nodiscard]] std::string operator[](std::string_view name) const;
};
/// Throws Failure if it is not well-formed by its Content-Type.
std::vector<Part> parts(Response const& response);

/// "http://127.0.0.1:7000/a?b" -> endpoint and target. Throws Failure.
std::pair<Endpoint, std::string> split_url(std::string_view url);

}  // namespace support::http
