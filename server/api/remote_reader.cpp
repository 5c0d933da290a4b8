// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/remote_reader.hpp"

#include "swarm/error.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <utility>

namespace api {
namespace {

constexpr std::size_t most_held = 1 << 20;
constexpr std::chrono::seconds patience{60};

}  // namespace

/// What the reader's threads and the loop share. Each transfer has a number: what an older one says counts no more.
class RemoteReader::Line : public std::enable_shared_from_this<Line> {
 public:
  Line(std::shared_ptr<http::Loop> loop, fetch::Client& client, std::string const& url, std::int64_t size)
      : loop_(std::move(loop)), client_(client), url_(url), size_(size) {}

  Result take(std::span<std::byte> into) {
    std::lock_guard lock(mutex_);
    return take_locked(into);
  }

  Result wait(std::span<std::byte> into) {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (auto const taken = take_locked(into); taken.outcome != Outcome::again) return taken;
      if (changed_.wait_for(lock, patience) == std::cv_status::timeout)
        throw swarm::Error(swarm::Errc::read_timeout, "The streaming service said nothing in time.", "Try again.");
    }
  }

  void seek(std::int64_t position) {
    std::lock_guard lock(mutex_);
    auto const held = static_cast<std::int64_t>(held_.size());
    if (position >= position_ && position <= position_ + held)
      held_.erase(0, static_cast<std::size_t>(position - position_));
    else
      hang_up();
    position_ = position;
  }

  void set_end(std::optional<std::int64_t> end) {
    std::lock_guard lock(mutex_);
    auto const until = std::min(end.value_or(size_), size_);
    if (running_ && until != until_) hang_up();
    until_ = until;
  }

  void on_wake(std::function<void()> wake) {
    std::lock_guard lock(wake_mutex_);
    wake_ = std::move(wake);
  }

  void set_cancelled(bool cancelled) {
    {
      std::lock_guard lock(mutex_);
      cancelled_ = cancelled;
    }
    if (cancelled) tell();
  }

  std::int64_t position() {
    std::lock_guard lock(mutex_);
    return position_;
  }

  swarm::ByteRange held() {
    std::lock_guard lock(mutex_);
    return {position_, position_ + static_cast<std::int64_t>(held_.size())};
  }

  void end() {
    std::lock_guard lock(mutex_);
    hang_up();
  }

 private:
  Result take_locked(std::span<std::byte> into) {
    if (cancelled_) return {Outcome::cancelled};
    if (position_ >= size_ || into.empty()) return {Outcome::end};
    if (!held_.empty()) {
      auto const size = std::min(into.size(), held_.size());
      std::memcpy(into.data(), held_.data(), size);
      held_.erase(0, size);
      position_ += static_cast<std::int64_t>(size);
      go_on();
      return {Outcome::bytes, size};
    }
    go_on();
    if (!failure_.empty())
      throw swarm::Error(swarm::Errc::read_timeout, "The streaming service failed: " + std::exchange(failure_, {}));
    if (!running_) dial();
    return {Outcome::again};
  }

  void go_on() {
    if (!paused_ || held_.size() >= most_held / 2) return;
    paused_ = false;
    on_loop([](Line& line) {
      if (line.transfer_) line.transfer_->resume();
    });
  }

  void dial() {
    running_ = true;
    fetch::Transfer::Request const request{url_, position_, std::max(until_, position_ + 1)};
    on_loop([request, number = ++number_](Line& line) { line.start(request, number); });
  }

  void hang_up() {
    held_.clear();
    failure_.clear();
    paused_ = running_ = false;
    ++number_;
    on_loop([number = number_](Line& line) {
      std::lock_guard lock(line.mutex_);
      if (line.number_ == number) line.transfer_.reset();
    });
  }

  void on_loop(std::function<void(Line&)> call) {
    loop_->post([line = shared_from_this(), call = std::move(call)] { call(*line); });
  }

  void start(fetch::Transfer::Request const& request, unsigned number) {
    fetch::Transfer::Listener listener;
    auto const weak = weak_from_this();
    listener.head = [weak, number, request](fetch::Head const& head) {
      auto const line = weak.lock();
      if (!line) return false;
      bool const right = head.begin == *request.begin && (head.status == 206 || head.whole == line->size_) &&
                         head.whole.value_or(line->size_) == line->size_;
      if (!right) line->over(number, "it gave other bytes than it was asked for.");
      return right;
    };
    listener.bytes = [weak, number](std::span<char const> bytes) {
      auto const line = weak.lock();
      return line && line->came(number, bytes);
    };
    listener.over = [weak, number](std::optional<fetch::Error> const& error) {
      if (auto const line = weak.lock()) line->over(number, error ? error->what() : "");
    };
    try {
      transfer_ = client_.start(request, std::move(listener));
    } catch (fetch::Error const& error) {
      over(number, error.what());
    }
  }

  /// False: enough for now.
  bool came(unsigned number, std::span<char const> bytes) {
    bool enough = false;
    {
      std::lock_guard lock(mutex_);
      if (number != number_) return false;
      held_.append(bytes.begin(), bytes.end());
      enough = paused_ = held_.size() >= most_held;
    }
    tell();
    return !enough;
  }

  void over(unsigned number, std::string const& why) {
    {
      std::lock_guard lock(mutex_);
      if (number != number_) return;
      running_ = false;
      auto const at = position_ + static_cast<std::int64_t>(held_.size());
      failure_ = why.empty() && at < until_ ? "it broke off." : why;
    }
    tell();
  }

  void tell() {
    changed_.notify_all();
    std::lock_guard lock(wake_mutex_);
    if (wake_) wake_();
  }

  std::shared_ptr<http::Loop> const loop_;
  fetch::Client& client_;
  std::string const url_;
  std::int64_t const size_;
  std::unique_ptr<fetch::Transfer> transfer_;  ///< the loop's

  std::mutex mutex_;  ///< guards the rest, but for wake_
  std::condition_variable changed_;
  std::int64_t position_ = 0;  ///< of the first byte that is held
  std::int64_t until_ = size_;
  std::string held_, failure_;
  bool running_ = false, paused_ = false, cancelled_ = false;
  unsigned number_ = 0;
  std::mutex wake_mutex_;
  std::function<void()> wake_;
};

RemoteReader::RemoteReader(std::shared_ptr<http::Loop> loop, fetch::Client& client, std::string const& url,
                           std::int64_t size, int file)
    : size_(size), file_(file), line_(std::make_shared<Line>(std::move(loop), client, url, size)) {}

RemoteReader::~RemoteReader() {
  line_->on_wake({});
  line_->end();
}

swarm::Reader::Result RemoteReader::read(std::span<std::byte> into) { return line_->wait(into); }
swarm::Reader::Result RemoteReader::try_read(std::span<std::byte> into) { return line_->take(into); }
void RemoteReader::on_wake(std::function<void()> wake) { line_->on_wake(std::move(wake)); }
void RemoteReader::seek(std::int64_t position) { line_->seek(position); }
std::int64_t RemoteReader::position() const { return line_->position(); }
void RemoteReader::set_end(std::optional<std::int64_t> end) { line_->set_end(end); }
std::vector<swarm::ByteRange> RemoteReader::available() const {
  auto const held = line_->held();
  return held.empty() ? std::vector<swarm::ByteRange>{} : std::vector{held};
}
void RemoteReader::cancel() { line_->set_cancelled(true); }
void RemoteReader::uncancel() { line_->set_cancelled(false); }

}  // namespace api
