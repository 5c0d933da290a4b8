// SPDX-License-Identifier: LGPL-2.1-or-later
// Torrents that the state folder knows, and that nobody wants yet.
#include "swarm/live_session_core.hpp"

#include <libtorrent/add_torrent_params.hpp>

#include <condition_variable>
#include <mutex>

namespace swarm {
namespace {

constexpr auto wake_limit = std::chrono::seconds(2);
constexpr int sleepers_at_once = 20;  // then others get the disk thread

}  // namespace

std::shared_ptr<LiveTorrent> LiveSession::Core::wake(std::string const& key) {
  std::lock_guard lock(adding);
  auto const hash = InfoHash::parse(key);
  if (auto torrent = find(*hash); torrent || stopping) return torrent;
  if (!sleepers->find(*hash)) return nullptr;
  lt::add_torrent_params params;
  Remembered remembered;
  std::shared_ptr<LiveTorrent> torrent;
  auto const saved = services->state->load_resume(key);
  if (saved && read_resume(*saved, params, remembered)) {
    if (remembered.save_path.empty()) remembered.save_path = settings.download_path;
    try {
      torrent = add(std::move(params), *hash, remembered, true);
    } catch (Error const& error) {
      services->log(LogLevel::warning, key + " can't be taken up again: " + error.what());
    }
  } else {
    services->log(LogLevel::warning, "The saved state of " + key + " can't be read; it is ignored.");
  }
  sleepers->erase(key);
  return torrent;
}

std::shared_ptr<LiveTorrent> LiveSession::Core::find_awake(InfoHash const& hash) {
  auto torrent = find(hash);
  if (!torrent) {
    // Of hybrids only the v1 hash can be seen from outside.
    while (!hash.v1 && !stopping && !sleepers->find(hash) && look_at_sleeper()) continue;
    auto const key = sleepers->find(hash);
    torrent = key ? wake(*key) : find(hash);
  }
  if (!torrent || !torrent->has_info() || torrent->metadata()) return torrent;
  std::mutex changing;
  std::condition_variable changed;
  auto const watch = torrent->watch([&] {
    std::lock_guard const lock(changing);
    changed.notify_all();
  });
  std::unique_lock lock(changing);
  changed.wait_for(lock, wake_limit, [&] { return torrent->metadata() || torrent->failed(); });
  lock.unlock();  // the watch may want it while it ends
  return torrent;
}

bool LiveSession::Core::look_at_sleeper() {
  auto const entry = sleepers->look_at_next();
  if (entry && entry->goes_on)
    services->disk->post([self = shared_from_this(), key = entry->hash.key()] { self->wake(key); });
  return entry != nullptr;
}

void LiveSession::Core::look_at_sleepers() {
  if (sleepers->known() || stopping) return;
  services->disk->post([self = shared_from_this()] {
    for (int i = 0; i < sleepers_at_once && !self->stopping; ++i)
      if (!self->look_at_sleeper()) return;
    self->look_at_sleepers();
  });
}

bool LiveSession::put_to_sleep(InfoHash const& hash) {
  std::lock_guard one(core_->adding);
  auto const torrent = core_->find(hash);
  if (!torrent || core_->stopping || !torrent->may_sleep()) return false;
  core_->sleepers->add(torrent->key());  // it is never unknown
  if (core_->take_out(*torrent, LiveTorrent::Removal::asleep, {})) return true;
  core_->sleepers->erase(torrent->key());
  return false;
}

std::shared_ptr<Torrent> LiveSession::find(InfoHash const& hash) const {
  while (auto const torrent = core_->find_awake(hash))
    if (auto held = core_->hold(*torrent)) return held;
  return nullptr;
}

bool LiveSession::asleep(InfoHash const& hash) const {
  auto const& sleepers = *core_->sleepers;
  return sleepers.find(hash) || (!hash.v1 && !sleepers.known() && !core_->find(hash));
}

std::vector<std::shared_ptr<SleepingTorrent const>> LiveSession::sleeping() const { return core_->sleepers->all(); }

}  // namespace swarm
