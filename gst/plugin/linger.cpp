// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/linger.hpp"

#include <algorithm>
#include <utility>

namespace plugin {

using Clock = std::chrono::steady_clock;

Linger& Linger::process() {
  static Linger linger;
  return linger;
}

Linger::~Linger() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Linger::keep(std::shared_ptr<swarm::Session> session, std::shared_ptr<swarm::Torrent> torrent, bool pause) {
  {
    std::lock_guard lock(mutex_);
    auto same = std::find_if(entries_.begin(), entries_.end(),
                             [&](Entry const& e) { return e.session == session && e.torrent == torrent; });
    if (same == entries_.end())
      entries_.push_back({std::move(session), std::move(torrent), pause, Clock::now() + grace});
    else
      same->until = Clock::now() + grace;
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  changed_.notify_all();
}

void Linger::drop(std::shared_ptr<swarm::Session> session) {
  {
    std::lock_guard lock(mutex_);
    auto const now = Clock::now();
    for (auto& entry : entries_)
      if (entry.session == session) entry.until = now;
    entries_.push_back({std::move(session), nullptr, false, now});
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  changed_.notify_all();
}

void Linger::run() {
  std::unique_lock lock(mutex_);
  while (!entries_.empty() || !ended_) {
    auto first = std::min_element(entries_.begin(), entries_.end(),
                                  [](Entry const& a, Entry const& b) { return a.until < b.until; });
    if (first == entries_.end()) {
      changed_.wait(lock);
    } else if (!ended_ && Clock::now() < first->until) {
      auto const until = first->until;  // a copy: entries move while this waits
      changed_.wait_until(lock, until);
    } else {
      auto over = std::move(*first);
      entries_.erase(first);
      lock.unlock();
      end(std::move(over));
      lock.lock();
    }
  }
}

// By value: its session and torrent may end with it, here.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void Linger::end(Entry entry) {
  auto const& torrent = entry.torrent;
  if (torrent && entry.pause && torrent->readers() == 0 && !torrent->keep()) {
    torrent->set_rest(swarm::Rest::idle);
    // Somebody may have opened it in between; a reader that opens later starts it itself.
    if (torrent->readers() > 0) torrent->set_rest(swarm::Rest::none);
  }
}

}  // namespace plugin
