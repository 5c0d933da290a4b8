// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace soak {

/// What a process holds.
struct Holdings {
  double seconds = 0;  ///< since the beginning
  long memory = 0;     ///< anonymous, bytes
  int files = 0;
  int threads = 0;
  std::map<std::string, int> kinds{};  ///< of files, at rest
};

/// A process's account: what it held while it worked, and whenever it was at rest.
class Ledger {
 public:
  Ledger(std::string name, pid_t pid) : name_(std::move(name)), pid_(pid) {}

  void at_work();
  /// Waits until its descriptors are as few as they were at the first rest, for a while.
  void at_rest();
  /// Prints it all; says what grew that must not, empty if nothing did.
  [[nodiscard]] std::string verdict() const;

 private:
  [[nodiscard]] Holdings now() const;

  std::string name_;
  pid_t pid_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<Holdings> work_, rests_;
  int minutes_told_ = 0;
};

}  // namespace soak
