// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/settings.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace swarm {

/// Where log lines go: the application's function, or nowhere. Thread-safe as that function is.
class Log {
 public:
  Log() = default;
  explicit Log(std::function<void(LogLevel, std::string_view)> sink) : sink_(std::move(sink)) {}
  void operator()(LogLevel level, std::string_view text) const {
    if (sink_) sink_(level, text);
  }

 private:
  std::function<void(LogLevel, std::string_view)> sink_;
};

}  // namespace swarm
