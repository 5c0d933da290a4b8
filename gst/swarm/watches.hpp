// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/guarded.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace swarm {

/// Functions to call at a change, each as long as its token lives. Thread-safe. A function runs under its own lock, so
/// that a dropped token means: not running and never will. It must not drop its own token.
class Watches {
 public:
  std::shared_ptr<void> add(std::function<void()> changed) {
    auto watch = std::make_shared<Watch>();
    watch->changed = std::move(changed);
    auto watches = watches_.lock();
    std::erase_if(*watches, [](auto const& w) { return w.expired(); });
    watches->push_back(watch);
    return std::shared_ptr<void>(watch.get(), [watch](void*) {
      std::lock_guard lock(watch->mutex);
      watch->changed = nullptr;
    });
  }

  void notify() const {
    auto const watches = *watches_.lock();
    for (auto const& weak : watches)
      if (auto watch = weak.lock()) {
        std::lock_guard lock(watch->mutex);
        if (watch->changed) watch->changed();
      }
  }

 private:
  struct Watch {
    std::mutex mutex;
    std::function<void()> changed;
  };
  Guarded<std::vector<std::weak_ptr<Watch>>> watches_;
};

}  // namespace swarm
