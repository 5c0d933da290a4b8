// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench/utp_line.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <deque>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds longest_queue{200};  // what comes on top is lost

sockaddr_in to_sockaddr(support::Endpoint const& at) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(at.port);
  inet_pton(AF_INET, at.host.c_str(), &address.sin_addr);
  return address;
}

support::Fd udp_socket(support::Endpoint const& at) {
  support::Fd fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  auto const address = to_sockaddr(at);
  if (bind(fd.get(), reinterpret_cast<sockaddr const*>(&address), sizeof address) < 0)
    throw std::system_error(errno, std::generic_category(), "bind " + at.str());
  int const large = 1 << 20;
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
  return fd;
}

struct Packet {
  Clock::time_point due;
  std::string bytes;
};

/// Somebody who talks to the target, by a socket of his own.
struct Talk {
  sockaddr_in who;
  support::Fd to_target;
  std::deque<Packet> down;
  std::deque<Packet> up;
};

}  // namespace

class UtpLine::Relay {
 public:
  Relay(support::Endpoint const& at, support::Endpoint const& target, std::int64_t rate,
        std::chrono::milliseconds delay)
      : host_(at.host),
        target_(to_sockaddr(target)),
        rate_(rate),
        delay_(delay),
        quit_(eventfd(0, EFD_CLOEXEC)),
        open_(udp_socket(at)),
        thread_([this] { run(); }) {}

  ~Relay() {
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const written = write(quit_.get(), &one, sizeof one);
    thread_.join();
  }

  std::atomic<std::int64_t> bytes_down = 0;

 private:
  void run() {
    for (;;) {
      auto const now = Clock::now();
      auto next = Clock::time_point::max();
      std::vector<pollfd> polled{{quit_.get(), POLLIN, 0}, {open_.get(), POLLIN, 0}};
      for (auto& talk : talks_) {
        polled.push_back({talk.to_target.get(), POLLIN, 0});
        for (auto const* queue : {&talk.down, &talk.up})
          if (!queue->empty()) next = std::min(next, queue->front().due);
      }
      auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(next - now).count() + 1;
      poll(polled.data(), polled.size(),
           next == Clock::time_point::max() ? -1 : static_cast<int>(std::max<std::int64_t>(left, 0)));
      if (polled[0].revents) return;
      take();
      give(Clock::now());
    }
  }

  void take() {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    for (ssize_t n; (n = recvfrom(open_.get(), buffer_.data(), buffer_.size(), 0, reinterpret_cast<sockaddr*>(&from),
                                  &size)) >= 0;)
      talk_of(from).up.push_back({Clock::now() + delay_, {buffer_.data(), static_cast<std::size_t>(n)}});
    for (auto& talk : talks_)
      for (ssize_t n; (n = recv(talk.to_target.get(), buffer_.data(), buffer_.size(), 0)) >= 0;) {
        auto const now = Clock::now();
        free_ = std::max(free_, now);
        if (free_ - now > longest_queue) continue;
        free_ += std::chrono::nanoseconds(n * std::int64_t{1'000'000'000} / rate_);
        bytes_down += n;
        talk.down.push_back({free_ + delay_, {buffer_.data(), static_cast<std::size_t>(n)}});
      }
  }

  void give(Clock::time_point now) {
    auto const send_due = [now](std::deque<Packet>& queue, int fd, sockaddr_in const& to) {
      for (; !queue.empty() && queue.front().due <= now; queue.pop_front())
        sendto(fd, queue.front().bytes.data(), queue.front().bytes.size(), MSG_NOSIGNAL,
               reinterpret_cast<sockaddr const*>(&to), sizeof to);
    };
    for (auto& talk : talks_) {
      send_due(talk.down, open_.get(), talk.who);
      send_due(talk.up, talk.to_target.get(), target_);
    }
  }

  Talk& talk_of(sockaddr_in const& who) {
    for (auto& talk : talks_)
      if (talk.who.sin_port == who.sin_port && talk.who.sin_addr.s_addr == who.sin_addr.s_addr) return talk;
    return talks_.emplace_back(Talk{who, udp_socket({host_, 0}), {}, {}});
  }

  std::string host_;
  sockaddr_in target_;
  std::int64_t rate_;
  std::chrono::milliseconds delay_;
  support::Fd quit_, open_;
  Clock::time_point free_{};  ///< when the line has sent what it took
  std::deque<Talk> talks_;
  std::array<char, 65536> buffer_;
  std::thread thread_;  ///< alone uses all of these
};

UtpLine::UtpLine(support::Endpoint const& at, support::Endpoint const& target, std::int64_t rate,
                 std::chrono::milliseconds delay)
    : relay_(std::make_unique<Relay>(at, target, rate, delay)) {}

UtpLine::~UtpLine() = default;

std::int64_t UtpLine::bytes_down() const { return relay_->bytes_down; }

}  // namespace bench
