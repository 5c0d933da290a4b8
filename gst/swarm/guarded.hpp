// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <mutex>
#include <utility>

namespace swarm {

/// A lock fused with the data that it guards: the data can be reached through a held lock only. Thread-safe.
template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : value_{std::forward<Args>(args)...} {}

  class Locked {
   public:
    Locked(std::mutex& mutex, T& value) : lock_(mutex), value_(value) {}
    T* operator->() { return &value_; }
    T& operator*() { return value_; }
    /// For condition variables.
    std::unique_lock<std::mutex>& lock() { return lock_; }

   private:
    std::unique_lock<std::mutex> lock_;
    T& value_;
  };

  [[nodiscard]] Locked lock() { return {mutex_, value_}; }
  [[nodiscard]] Locked lock() const { return {mutex_, const_cast<T&>(value_)}; }

 private:
  mutable std::mutex mutex_;
  T value_;
};

}  // namespace swarm
