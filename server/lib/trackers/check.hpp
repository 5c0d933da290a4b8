// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "lib/trackers/probe.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace trackers {

/// Many trackers, asked all at once. Thread-bound to the main context that it is begun in.
class Check {
 public:
  static constexpr std::chrono::milliseconds deadline{5000};  ///< for its owner to keep; who is silent then, is silent
  struct Row {
    std::string url;
    std::string protocol;  ///< "udp", "http", "https", "ws", "wss"
    Verdict verdict;
    [[nodiscard]] std::optional<std::int64_t> peers() const;  ///< seeders or not
  };
  /// `over` is called once all have told, if that comes to pass; never if there are none.
  Check(std::vector<Question> const& questions, std::function<void()> over);
  [[nodiscard]] std::vector<Row> rows() const;

 private:
  std::vector<std::string> urls_;
  std::vector<std::optional<Verdict>> verdicts_;
  std::function<void()> over_;
  std::size_t told_ = 0;
  std::vector<std::shared_ptr<Probe>> probes_;
};

}  // namespace trackers
