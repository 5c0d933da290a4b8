// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/session.hpp"

#include "swarm/live_session.hpp"

#include <condition_variable>
#include <mutex>

namespace swarm {

std::shared_ptr<Session> Session::create(Settings const& settings) { return std::make_shared<LiveSession>(settings); }

std::shared_ptr<Session> Session::shared(Settings const& settings) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable ended;
    std::weak_ptr<Session> session;
    bool alive = false;  // from its start until its stop is over
  };
  static auto& shared = *new Shared;  // never destroyed: the last holder may let go at the very end of the process
  std::unique_lock lock(shared.mutex);
  if (auto session = shared.session.lock()) return session;
  // The last holder may just be stopping the former one; its folders are free when that is over.
  shared.ended.wait(lock, [] { return !shared.alive; });
  auto created = create(settings);
  shared.alive = true;
  auto* const raw = created.get();
  std::shared_ptr<Session> session(raw, [created = std::move(created)](Session*) mutable {
    created.reset();
    std::lock_guard lock(shared.mutex);
    shared.alive = false;
    shared.ended.notify_all();
  });
  shared.session = session;
  return session;
}

}  // namespace swarm
