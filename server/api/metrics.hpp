// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /metrics: figures for Prometheus.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <string>
#include <utility>

namespace http {
class Exchange;
}

namespace api {

/// What is counted as it happens; the rest is asked for when somebody wants to know. Thread-bound to the loop, but for
/// registry().
class Metrics {
 public:
  using Time = std::chrono::steady_clock::duration;

  Metrics();

  void answered(http::Exchange const& exchange, int status);
  /// A stream gives its first bytes: of a file from its beginning, or after a jump.
  void first_bytes(bool jumped, Time after);
  /// A stream that had begun waited for bytes.
  void waited(Time time);
  void segment(Time after);
  /// Bytes of segments that viewers who share had from this server, and from each other.
  struct Shared {
    double http = 0, p2p = 0;
  };
  Shared shared;

  [[nodiscard]] prometheus::Registry& registry() { return *registry_; }

 private:
  std::shared_ptr<prometheus::Registry> const registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Histogram>& first_bytes_;
  prometheus::Histogram &start_, &jump_, &stall_, &segment_;
};

}  // namespace api
