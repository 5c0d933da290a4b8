// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/link.hpp"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace support {
namespace {

using Clock = std::chrono::steady_clock;

void reset_connection(Fd& fd) {
  if (!fd) return;
  linger const now{1, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  fd.reset();
}

/// One direction of the line, shared by all connections.
struct Lane {
  std::int64_t rate = 0;
  std::int64_t bytes = 0;    ///< that came out of it
  Clock::time_point free{};  ///< when the bytes accepted so far have been sent

  /// When the last of these bytes arrives.
  Clock::time_point arrival(std::size_t size, Clock::time_point now, std::chrono::milliseconds delay) {
    free = std::max(free, now);
    if (rate > 0)
      free += std::chrono::nanoseconds(
          static_cast<std::int64_t>(static_cast<double>(size) * 1e9 / static_cast<double>(rate)));
    return free + delay;
  }
  /// What a sender may have on the way: a line's buffer holds some tenths of a second, not everything.
  [[nodiscard]] std::size_t room(std::chrono::milliseconds delay) const {
    if (rate == 0) return std::size_t{4} << 20;
    return static_cast<std::size_t>(rate / 5 + rate * delay.count() / 1000) + 4096;
  }
  [[nodiscard]] std::size_t portion() const {
    return rate == 0 ? 65536 : static_cast<std::size_t>(std::clamp<std::int64_t>(rate / 100, 1, 65536));
  }
};

/// Bytes under way in one direction of one connection.
struct Pipe {
  struct Chunk {
    Clock::time_point due;
    std::string bytes;  ///< empty = the end of the stream
  };
  std::deque<Chunk> chunks;
  std::size_t queued = 0;
  bool ended = false;    ///< the source has ended
  bool blocked = false;  ///< the sink takes no more now
};

struct Flow {
  Fd client;
  Fd target;
  Pipe down;
  Pipe up;
};

}  // namespace

class Link::Relay {
 public:
  Relay(Endpoint target, LinkOptions const& options)
      : target_(std::move(target)), delay_(options.delay), wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    down_.rate = options.down;
    up_.rate = options.up;
    listener_ = listen_on({options.address.empty() ? own_address() : options.address, 0});
    endpoint_ = local_endpoint(listener_.get());
    thread_ = std::thread([this] { run(); });
  }

  ~Relay() {
    change([this] { quit_ = true; });
    thread_.join();
  }

  /// When it returns, the change is in force: while the thread polls a socket, the kernel keeps even a closed one.
  template <class Change>
  void change(Change apply) {
    std::unique_lock lock(mutex_);
    apply();
    std::uint64_t const one = 1;
    [[maybe_unused]] auto const written = write(wake_.get(), &one, sizeof one);
    passed_.wait(lock, [this, round = round_] { return round_ != round; });
  }

  template <class Question>
  auto ask(Question question) {
    std::lock_guard lock(mutex_);
    return question();
  }

  void cut() {
    for (auto& flow : flows_) {
      reset_connection(flow->client);
      reset_connection(flow->target);
    }
    flows_.clear();
    listener_.reset();
  }

  void restore() {
    if (!listener_) listener_ = listen_on(endpoint_);
  }

  Lane down_, up_;
  Endpoint target_, endpoint_;
  std::chrono::milliseconds delay_;
  bool stalled_ = false;
  bool quit_ = false;
  Fd listener_;
  std::vector<std::unique_ptr<Flow>> flows_;

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!quit_) {
      auto const now = Clock::now();
      std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      auto next = Clock::time_point::max();
      for (auto& flow : flows_) {
        polled.push_back({flow->client.get(), events(flow->up, flow->down, up_, now, next), 0});
        polled.push_back({flow->target.get(), events(flow->down, flow->up, down_, now, next), 0});
      }
      // A dead connection shows itself in reading; with nothing to wait for on it, its hang-up must not spin.
      for (auto& entry : polled)
        if (entry.events == 0) entry.fd = -1;
      int timeout = -1;
      if (next != Clock::time_point::max())
        timeout = static_cast<int>(
            std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(next - now).count() + 1));
      lock.unlock();
      poll(polled.data(), polled.size(), timeout);
      lock.lock();
      ++round_;
      passed_.notify_all();
      std::uint64_t count;
      [[maybe_unused]] auto const drained = read(wake_.get(), &count, sizeof count);
      if (quit_) break;
      if (listener_) accept_all();
      if (!stalled_) std::erase_if(flows_, [this](auto& flow) { return !pass(*flow); });
    }
    cut();
    ++round_;
    passed_.notify_all();
  }

  /// What to wait for on the socket that `out` comes from and `in` goes to; `next` = when something falls due.
  short events(Pipe const& out, Pipe const& in, Lane const& lane, Clock::time_point now,
               Clock::time_point& next) const {
    if (stalled_) return 0;
    short wanted = 0;
    if (!out.ended && out.queued < lane.room(delay_)) wanted |= POLLIN;
    if (in.blocked) wanted |= POLLOUT;
    if (!in.chunks.empty() && !in.blocked) next = std::min(next, std::max(now, in.chunks.front().due));
    return wanted;
  }

  void accept_all() {
    while (true) {
      Fd client(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!client) return;
      try {
        auto flow = std::make_unique<Flow>();
        flow->target = connect_to(target_, endpoint_.host);
        flow->client = std::move(client);
        // The line has its own delay: Nagle's algorithm would add more.
        int const one = 1;
        setsockopt(flow->client.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        // What the kernel takes off the line's hands would hide its rate.
        int const small = 64 * 1024;
        if (down_.rate > 0) setsockopt(flow->target.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        if (up_.rate > 0) setsockopt(flow->client.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        flows_.push_back(std::move(flow));
      } catch (std::system_error const&) {
        reset_connection(client);
      }
    }
  }

  /// False when the connection is over.
  bool pass(Flow& flow) {
    bool const alive = take(flow.target, flow.down, down_) && take(flow.client, flow.up, up_) &&
                       give(flow.client, flow.down, down_) && give(flow.target, flow.up, up_);
    bool const over = flow.down.ended && flow.up.ended && flow.down.chunks.empty() && flow.up.chunks.empty();
    if (!alive) {
      reset_connection(flow.client);
      reset_connection(flow.target);
    }
    return alive && !over;
  }

  bool take(Fd const& from, Pipe& pipe, Lane& lane) {
    std::string bytes;
    while (!pipe.ended && pipe.queued < lane.room(delay_)) {
      bytes.resize(lane.portion());
      auto const n = recv(from.get(), bytes.data(), bytes.size(), 0);
      if (n < 0) return errno == EAGAIN || errno == EINTR;
      bytes.resize(static_cast<std::size_t>(n));
      pipe.ended = n == 0;
      pipe.queued += bytes.size();
      pipe.chunks.push_back({lane.arrival(bytes.size(), Clock::now(), delay_), bytes});
    }
    return true;
  }

  static bool give(Fd const& to, Pipe& pipe, Lane& lane) {
    pipe.blocked = false;
    auto const now = Clock::now();
    while (!pipe.chunks.empty() && pipe.chunks.front().due <= now) {
      auto& bytes = pipe.chunks.front().bytes;
      if (bytes.empty()) {
        shutdown(to.get(), SHUT_WR);
        pipe.chunks.pop_front();
        continue;
      }
      auto const n = send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0) {
        pipe.blocked = errno == EAGAIN;
        return pipe.blocked || errno == EINTR;
      }
      lane.bytes += n;
      pipe.queued -= static_cast<std::size_t>(n);
      bytes.erase(0, static_cast<std::size_t>(n));
      if (bytes.empty()) pipe.chunks.pop_front();
    }
    return true;
  }

  Fd wake_;
  unsigned round_ = 0;  ///< of the thread
  std::condition_variable passed_;
  std::mutex mutex_;  ///< all of the above; the thread gives it up only while it polls
  std::thread thread_;
};

Link::Link(Endpoint target, LinkOptions const& options) : relay_(std::make_unique<Relay>(std::move(target), options)) {}

Link::~Link() = default;

Endpoint Link::endpoint() const { return relay_->endpoint_; }

void Link::set_rate(std::int64_t down, std::int64_t up) {
  relay_->change([&] {
    relay_->down_.rate = down;
    relay_->up_.rate = up;
  });
}

void Link::set_delay(std::chrono::milliseconds delay) {
  relay_->change([&] { relay_->delay_ = delay; });
}

void Link::stall(bool on) {
  relay_->change([&] { relay_->stalled_ = on; });
}

void Link::cut() {
  relay_->change([&] { relay_->cut(); });
}

void Link::restore() {
  relay_->change([&] { relay_->restore(); });
}

int Link::connections() const {
  return relay_->ask([&] { return static_cast<int>(relay_->flows_.size()); });
}

std::int64_t Link::bytes_down() const {
  return relay_->ask([&] { return relay_->down_.bytes; });
}

std::int64_t Link::bytes_up() const {
  return relay_->ask([&] { return relay_->up_.bytes; });
}

}  // namespace support
