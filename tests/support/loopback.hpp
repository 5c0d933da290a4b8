// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses and ports on this machine's loopback interface.
#pragma once

#include <cstdint>
#include <string>

namespace support {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  [[nodiscard]] std::string str() const { return host + ":" + std::to_string(port); }
  friend bool operator==(Endpoint const&, Endpoint const&) = default;
};

/// An address in 127/8 that no one else in this process got: libtorrent keeps one connection per address and bans
/// by address, so each peer has one of its own.
std::string own_address();

/// A TCP and UDP port that was free on the address a moment ago. Prefer port 0 where the program can say which one
/// it got.
std::uint16_t free_port(std::string const& host = "127.0.0.1");

/// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  int release();
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

/// A listening, non-blocking TCP socket; port 0 takes a free one. Throws std::system_error.
Fd listen_on(Endpoint const& at);
/// The address that a socket is bound to.
Endpoint local_endpoint(int fd);
/// A connected TCP socket (non-blocking afterwards). Throws std::system_error; gives up after 5 s.
Fd connect_to(Endpoint const& to, std::string const& from = {});

}  // namespace support
