// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/scripted_reader.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace support {

using swarm::ByteRange;
using swarm::Errc;
using swarm::Error;

/// The thread of one reader that calls its wake-up.
struct ScriptedReader::Waker {
  std::function<void()> wake;
  bool pending = false;  ///< try_read said `again`
  bool due = false;      ///< something may be different now
  bool running = false;
  bool quit = false;
  std::thread::id thread;
};

struct Script::State {
  mutable std::mutex mutex;
  std::condition_variable changed;
  Content content;
  int file = 0;
  bool metadata = true;
  bool verified = true;
  std::vector<ByteRange> open;  ///< sorted, merged
  std::optional<std::pair<Error, std::int64_t>> failure;
  std::size_t chunk = SIZE_MAX;
  int waiting = 0;
  std::vector<std::shared_ptr<ScriptedReader::Waker>> wakers;
  Calls calls;

  /// Whatever a reader may wait for; with the mutex held.
  void stir() {
    for (auto const& waker : wakers)
      if (waker->pending) waker->due = true;
    changed.notify_all();
  }

  [[nodiscard]] std::int64_t readable_at(std::int64_t position) const {
    for (auto const& range : open)
      if (position >= range.begin && position < range.end) return range.end - position;
    return 0;
  }
};

Script::Script(Content content, bool ready, int file) : state_(std::make_shared<State>()) {
  state_->content = std::move(content);
  state_->file = file;
  if (ready) open_all();
}

Script::~Script() = default;

void Script::open(ByteRange range) {
  std::lock_guard lock(state_->mutex);
  range.begin = std::max<std::int64_t>(range.begin, 0);
  range.end = std::min(range.end, state_->content.size);
  if (range.empty()) return;
  auto& all = state_->open;
  all.push_back(range);
  std::ranges::sort(all, {}, &ByteRange::begin);
  std::vector<ByteRange> merged;
  for (auto const& next : all) {
    if (!merged.empty() && next.begin <= merged.back().end)
      merged.back().end = std::max(merged.back().end, next.end);
    else
      merged.push_back(next);
  }
  all = std::move(merged);
  state_->stir();
}

void Script::open_all() { open({0, state_->content.size}); }

void Script::close(ByteRange range) {
  std::lock_guard lock(state_->mutex);
  std::vector<ByteRange> left;
  for (auto const& held : state_->open) {
    ByteRange const before{held.begin, std::min(held.end, range.begin)};
    ByteRange const after{std::max(held.begin, range.end), held.end};
    for (auto const& part : {before, after})
      if (!part.empty()) left.push_back(part);
  }
  state_->open = std::move(left);
}

void Script::set_verified(bool verified) {
  std::lock_guard lock(state_->mutex);
  state_->verified = verified;
}

void Script::set_metadata(bool known) {
  std::lock_guard lock(state_->mutex);
  state_->metadata = known;
  state_->stir();
}

void Script::fail(Error error, std::int64_t position) {
  std::lock_guard lock(state_->mutex);
  state_->failure.emplace(std::move(error), position);
  state_->stir();
}

void Script::clear_failures() {
  std::lock_guard lock(state_->mutex);
  state_->failure.reset();
}

void Script::set_chunk(std::size_t bytes) {
  std::lock_guard lock(state_->mutex);
  state_->chunk = std::max<std::size_t>(bytes, 1);
}

bool Script::waiting() const {
  std::lock_guard lock(state_->mutex);
  return state_->waiting > 0;
}

bool Script::wake_pending() const {
  std::lock_guard lock(state_->mutex);
  return std::ranges::any_of(state_->wakers, [](auto const& waker) { return waker->pending; });
}

int Script::readers() const {
  std::lock_guard lock(state_->mutex);
  return static_cast<int>(state_->wakers.size());
}

Script::Calls Script::calls() const {
  std::lock_guard lock(state_->mutex);
  return state_->calls;
}

Content const& Script::content() const { return state_->content; }

ScriptedReader::ScriptedReader(std::shared_ptr<Script> script, swarm::ReaderOptions const& options)
    : script_(std::move(script)), state_(script_->state_), options_(options), waker_(std::make_shared<Waker>()) {
  {
    std::lock_guard lock(state_->mutex);
    state_->wakers.push_back(waker_);
  }
  thread_ = std::thread([state = state_, waker = waker_] {
    std::unique_lock lock(state->mutex);
    waker->thread = std::this_thread::get_id();
    while (true) {
      state->changed.wait(lock, [&] { return waker->due || waker->quit; });
      if (waker->quit) return;
      waker->due = waker->pending = false;
      auto const wake = waker->wake;
      if (!wake) continue;
      ++state->calls.wakes;
      waker->running = true;
      lock.unlock();
      wake();
      lock.lock();
      waker->running = false;
      state->changed.notify_all();
    }
  });
}

ScriptedReader::~ScriptedReader() {
  {
    std::lock_guard lock(state_->mutex);
    waker_->quit = true;
    std::erase(state_->wakers, waker_);
    state_->changed.notify_all();
  }
  thread_.join();
}

/// With the mutex held: an outcome, or nullopt if there is nothing yet.
std::optional<swarm::Reader::Result> ScriptedReader::give(std::span<std::byte> into) {
  if (cancelled_) return Result{Outcome::cancelled};
  if (state_->failure && position_ >= state_->failure->second) throw state_->failure->first;
  if (!state_->metadata) return std::nullopt;
  auto const end = std::min(end_.value_or(state_->content.size), state_->content.size);
  if (position_ >= end) return Result{Outcome::end};
  auto limit = std::min(end - position_, state_->readable_at(position_));
  if (state_->failure) limit = std::min(limit, state_->failure->second - position_);
  if (limit <= 0) return std::nullopt;
  auto const count = std::min({into.size(), static_cast<std::size_t>(limit), state_->chunk});
  if (count == 0) return std::nullopt;
  state_->content.read(position_, into.first(count));
  position_ += static_cast<std::int64_t>(count);
  state_->calls.bytes += static_cast<std::int64_t>(count);
  return Result{Outcome::bytes, count};
}

swarm::Reader::Result ScriptedReader::read(std::span<std::byte> into) {
  std::unique_lock lock(state_->mutex);
  ++state_->calls.reads;
  auto const start = std::chrono::steady_clock::now();
  while (true) {
    if (auto const result = give(into)) return *result;
    bool const metadata = state_->metadata;
    auto const timeout = metadata ? options_.piece_timeout : options_.metadata_timeout;
    ++state_->waiting;
    if (timeout.count() == 0)
      state_->changed.wait(lock);
    else if (state_->changed.wait_until(lock, start + timeout) == std::cv_status::timeout) {
      --state_->waiting;
      if (auto const result = give(into)) return *result;
      throw Error(metadata ? Errc::read_timeout : Errc::metadata_timeout,
                  metadata ? "no peer gave the bytes in time" : "nobody gave the metadata in time");
    }
    --state_->waiting;
  }
}

swarm::Reader::Result ScriptedReader::try_read(std::span<std::byte> into) {
  std::lock_guard lock(state_->mutex);
  ++state_->calls.try_reads;
  if (auto const result = give(into)) return *result;
  waker_->pending = true;
  return {Outcome::again};
}

void ScriptedReader::on_wake(std::function<void()> wake) {
  std::unique_lock lock(state_->mutex);
  waker_->wake = std::move(wake);
  // From within the wake-up itself, waiting for its end would never end.
  if (waker_->thread != std::this_thread::get_id()) state_->changed.wait(lock, [&] { return !waker_->running; });
}

void ScriptedReader::seek(std::int64_t position) {
  std::lock_guard lock(state_->mutex);
  position_ = position;
  state_->calls.seeks.push_back(position);
  state_->stir();
}

std::int64_t ScriptedReader::position() const {
  std::lock_guard lock(state_->mutex);
  return position_;
}

void ScriptedReader::set_end(std::optional<std::int64_t> end) {
  std::lock_guard lock(state_->mutex);
  end_ = end;
  state_->calls.ends.push_back(end);
  state_->stir();
}

std::optional<std::int64_t> ScriptedReader::size() const {
  std::lock_guard lock(state_->mutex);
  if (!state_->metadata) return std::nullopt;
  return state_->content.size;
}

std::optional<int> ScriptedReader::file() const {
  std::lock_guard lock(state_->mutex);
  if (!state_->metadata) return std::nullopt;
  return state_->file;
}

std::vector<ByteRange> ScriptedReader::available() const {
  std::lock_guard lock(state_->mutex);
  if (!state_->metadata || !state_->verified) return {};
  return state_->open;
}

void ScriptedReader::cancel() {
  std::lock_guard lock(state_->mutex);
  cancelled_ = true;
  ++state_->calls.cancels;
  state_->stir();
}

void ScriptedReader::uncancel() {
  std::lock_guard lock(state_->mutex);
  cancelled_ = false;
}

}  // namespace support
