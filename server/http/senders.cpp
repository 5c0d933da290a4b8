// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/senders.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <set>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace http {
namespace {

constexpr std::int64_t portion = 512 * 1024;     ///< of a client in one turn
constexpr std::int64_t ahead = 2 * 1024 * 1024;  ///< what a disk is asked for before it is needed

}  // namespace

Sending::Sending(int socket, std::unique_ptr<DiskFile> file, swarm::ByteRange range, std::function<void(bool all)> over,
                 std::function<void(std::int64_t position)> moved)
    : socket_(socket),
      file_(std::move(file)),
      at_(range.begin),
      end_(range.end),
      over_(std::move(over)),
      moved_(std::move(moved)) {}

Sending::~Sending() { close(); }

void Sending::close() {
  file_.reset();
  std::lock_guard lock(mutex_);
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void Sending::abort() {
  std::lock_guard lock(mutex_);
  if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
}

Sending::Turn Sending::turn() {
  if (!file_->same()) return Turn::broken;
  file_->prefetch({at_, std::min(end_, at_ + ahead)});
  auto const stop = std::min(end_, at_ + portion);
  while (at_ < stop) {
    auto const sent = file_->send(socket_, at_, static_cast<std::size_t>(stop - at_));
    if (sent > 0 || (sent < 0 && errno == EINTR)) continue;
    return sent < 0 && errno == EAGAIN ? Turn::some : Turn::broken;  // 0: the file got shorter
  }
  return at_ == end_ ? Turn::all : Turn::some;
}

class Senders::Thread {
 public:
  Thread() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (epoll_ < 0 || wake_ < 0)
      throw std::runtime_error("Can't start the threads that send files: too many open files.");
    epoll_event event{EPOLLIN, {.ptr = nullptr}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
    // Signals are the main thread's; SIGPIPE is nobody's.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  ~Thread() {
    {
      std::lock_guard lock(mutex_);
      quit_ = true;
    }
    eventfd_write(wake_, 1);
    thread_.join();
    close(wake_);
    close(epoll_);
  }

  void add(std::shared_ptr<Sending> sending) {
    ++load_;
    std::lock_guard lock(mutex_);
    if (fresh_.empty()) eventfd_write(wake_, 1);
    fresh_.push_back(std::move(sending));
  }
  [[nodiscard]] int load() const { return load_; }

 private:
  void run() {
    for (;;) {
      epoll_event events[64];
      int const count = epoll_wait(epoll_, events, 64, -1);
      for (int i = 0; i < count; ++i) {
        auto sending = static_cast<Sending*>(events[i].data.ptr);
        if (!sending && !take_fresh()) return under_way_.clear();
        if (sending) step(*sending, events[i].events & (EPOLLERR | EPOLLHUP));
      }
    }
  }
  bool take_fresh() {
    eventfd_t ignored = 0;
    eventfd_read(wake_, &ignored);
    std::vector<std::shared_ptr<Sending>> fresh;
    {
      std::lock_guard lock(mutex_);
      if (quit_) return false;
      fresh.swap(fresh_);
    }
    for (auto& sending : fresh) {
      auto& it = *sending;
      under_way_.insert(std::move(sending));
      step(it, false);
    }
    return true;
  }
  void step(Sending& sending, bool broken) {
    auto turn = broken ? Sending::Turn::broken : sending.turn();
    sending.moved_(sending.at_);
    if (turn == Sending::Turn::some && !sending.watched_) {
      epoll_event event{EPOLLOUT, {.ptr = &sending}};
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, sending.socket_, &event) != 0) turn = Sending::Turn::broken;
      sending.watched_ = true;
    }
    if (turn == Sending::Turn::some) return;
    // The socket lives on under its other number, so it would stay in the set.
    if (sending.watched_) epoll_ctl(epoll_, EPOLL_CTL_DEL, sending.socket_, nullptr);
    auto const found = under_way_.find(sending);
    auto last = *found;  // a holder of its own: the set lets go of it
    under_way_.erase(found);
    --load_;
    last->close();  // before the answer: a connection that ends with it must end now
    last->over_(turn == Sending::Turn::all);
  }

  struct ByAddress {
    using is_transparent = void;
    static Sending const* of(std::shared_ptr<Sending> const& s) { return s.get(); }
    static Sending const* of(Sending const& s) { return &s; }
    bool operator()(auto const& a, auto const& b) const { return std::less<>()(of(a), of(b)); }
  };

  int epoll_, wake_;
  std::atomic<int> load_ = 0;
  std::mutex mutex_;  // guards the next two
  std::vector<std::shared_ptr<Sending>> fresh_;
  bool quit_ = false;
  std::set<std::shared_ptr<Sending>, ByAddress> under_way_;  // the thread's own
  std::thread thread_;
};

Senders::Senders(int threads) {
  for (int i = 0; i < threads; ++i) threads_.push_back(std::make_unique<Thread>());
}

Senders::~Senders() = default;

void Senders::send(std::shared_ptr<Sending> sending) {
  auto const idlest = std::min_element(threads_.begin(), threads_.end(),
                                       [](auto const& a, auto const& b) { return a->load() < b->load(); });
  (*idlest)->add(std::move(sending));
}

}  // namespace http
