// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace support {
namespace {

[[noreturn]] void fail(std::string const& what, int error = errno) {
  throw std::system_error(error, std::generic_category(), what);
}

sockaddr_in to_sockaddr(Endpoint const& at) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(at.port);
  if (inet_pton(AF_INET, at.host == "localhost" ? "127.0.0.1" : at.host.c_str(), &address.sin_addr) != 1)
    throw std::invalid_argument("not an IPv4 address: " + at.host);
  return address;
}

void bind_to(int fd, Endpoint const& at) {
  auto address = to_sockaddr(at);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) fail("bind " + at.str());
}

}  // namespace

int Fd::release() { return std::exchange(fd_, -1); }

void Fd::reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

std::string own_address() {
  // Processes start at different places, so that a dump of the traffic of tests that run side by side stays readable.
  static std::atomic<unsigned> next{static_cast<unsigned>(getpid()) * 61U};
  unsigned const n = next++;
  return "127." + std::to_string(1 + n / 64516 % 254) + "." + std::to_string(1 + n / 254 % 254) + "." +
         std::to_string(1 + n % 254);
}

std::uint16_t free_port(std::string const& host) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    Fd tcp = listen_on({host, 0});
    auto const at = local_endpoint(tcp.get());
    Fd udp(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    auto address = to_sockaddr(at);
    if (bind(udp.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return at.port;
  }
  throw std::runtime_error("no free port on " + host);
}

Fd listen_on(Endpoint const& at) {
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) fail("socket");
  int one = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  bind_to(fd.get(), at);
  if (listen(fd.get(), 128) < 0) fail("listen " + at.str());
  return fd;
}

Endpoint local_endpoint(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) < 0) fail("getsockname");
  char text[INET_ADDRSTRLEN] = {};
  inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
  return {text, ntohs(address.sin_port)};
}

Fd connect_to(Endpoint const& to, std::string const& from) {
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) fail("socket");
  if (!from.empty()) bind_to(fd.get(), {from, 0});
  int one = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  auto address = to_sockaddr(to);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  if (errno != EINPROGRESS) fail("connect " + to.str());
  pollfd wait{fd.get(), POLLOUT, 0};
  if (poll(&wait, 1, 5000) <= 0) fail("connect " + to.str(), ETIMEDOUT);
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) fail("connect " + to.str(), error);
  return fd;
}

}  // namespace support
