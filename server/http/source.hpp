// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <chrono>
#include <functional>

namespace http {

/// A GSource of the thread's main context that ends with this object. Thread-bound.
class Source {
 public:
  Source() = default;
  Source(Source&& other) noexcept;
  Source& operator=(Source&& other) noexcept;
  ~Source() { stop(); }

  /// Once, after `delay`.
  static Source after(std::chrono::milliseconds delay, std::function<void()> call);
  /// Again and again.
  static Source every(std::chrono::milliseconds interval, std::function<void()> call);
  /// While any of `conditions` holds on the descriptor.
  static Source watch(int fd, GIOCondition conditions, std::function<void()> call);
  /// Once, when the client at the other end of the socket has closed its side (or the connection broke). libsoup polls
  /// nothing while a message is paused: without this a client that leaves then is never noticed.
  static Source departure(int fd, std::function<void()> call);

  void stop();
  [[nodiscard]] bool active() const { return source_ != nullptr; }

 private:
  static Source attach(GSource* source, bool once, std::function<void()> call);
  GSource* source_ = nullptr;
};

}  // namespace http
