// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench/http_load.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <random>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

/// A client: sends a request, reads its answer, sends the next.
class Client {
 public:
  Client(Load const& load, unsigned seed) : load_(load), random_(seed), socket_(support::connect_to(load.server)) {
    ask();
  }
  [[nodiscard]] int fd() const { return socket_.get(); }

  /// Takes what has come; the bytes of bodies among it.
  std::int64_t read(std::vector<double>& times) {
    std::int64_t bytes = 0;
    for (int i = 0; i < 4; ++i) {
      auto const got = left_ > 0 ? drop() : read_head();
      if (got < 0) break;
      bytes += got;
      if (left_ > 0 || !answered_) continue;
      times.push_back(std::chrono::duration<double>(Clock::now() - asked_).count());
      ask();
    }
    return bytes;
  }

 private:
  void ask() {
    auto const begin = static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(load_.size - load_.range + 1));
    auto const text = "GET " + load_.target + " HTTP/1.1\r\nHost: " + load_.server.str() +
                      "\r\nRange: bytes=" + std::to_string(begin) + "-" + std::to_string(begin + load_.range - 1) +
                      "\r\n\r\n";
    asked_ = Clock::now();
    answered_ = false;
    head_.clear();
    if (send(fd(), text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("a request can't be sent");
  }
  /// -1: nothing there.
  std::int64_t receive(char* into, std::size_t size, int flags) {
    auto const got = recv(fd(), into, size, flags);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return -1;
    if (got <= 0) throw std::runtime_error("the server ends a connection");
    return got;
  }
  std::int64_t drop() {
    auto const got = receive(nullptr, static_cast<std::size_t>(std::min<std::int64_t>(left_, 1 << 20)), MSG_TRUNC);
    if (got > 0) left_ -= got;
    return got;
  }
  std::int64_t read_head() {
    char some[2048];
    auto const got = receive(some, sizeof some, 0);
    if (got < 0) return got;
    head_.append(some, static_cast<std::size_t>(got));
    auto const end = head_.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    auto const length = "Content-Length: " + std::to_string(load_.range);
    if (!head_.starts_with("HTTP/1.1 206 ") || head_.find(length) > end)
      throw std::runtime_error("not the range asked for: " + head_.substr(0, end));
    answered_ = true;
    auto const body = static_cast<std::int64_t>(head_.size() - end - 4);
    left_ = load_.range - body;
    return body;
  }

  Load const& load_;
  std::mt19937_64 random_;
  support::Fd socket_;
  std::string head_;
  std::int64_t left_ = 0;
  bool answered_ = false;
  Clock::time_point asked_;
};

}  // namespace

Served put_load(Load const& load, unsigned seed) {
  support::Fd const epoll(epoll_create1(EPOLL_CLOEXEC));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < load.clients; ++i) {
    clients.push_back(std::make_unique<Client>(load, seed * 1000 + static_cast<unsigned>(i)));
    epoll_event event{EPOLLIN, {.ptr = clients.back().get()}};
    epoll_ctl(epoll.get(), EPOLL_CTL_ADD, clients.back()->fd(), &event);
  }
  Served served;
  std::int64_t bytes = 0;
  auto start = Clock::now() + load.warm_up;
  bool warm = false;
  for (auto last = Clock::now();; last = Clock::now()) {
    epoll_event events[256];
    int const count = epoll_wait(epoll.get(), events, 256, 10000);
    if (count == 0) throw std::runtime_error("nothing comes for ten seconds");
    for (int i = 0; i < count; ++i) bytes += static_cast<Client*>(events[i].data.ptr)->read(served.times);
    if (!warm && last >= start) {
      warm = true;
      start = last;
      bytes = 0;
      served.times.clear();
    }
    if (warm && last - start >= load.time) {
      served.rate = static_cast<double>(bytes) / std::chrono::duration<double>(Clock::now() - start).count();
      return served;
    }
  }
}

}  // namespace bench
