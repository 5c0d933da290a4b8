// SPDX-License-Identifier: LGPL-2.1-or-later
// Figures as people read them, and a line that shows how far something is. Reentrant.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

/// Strangers' text as a terminal may get it: no control characters, which it would obey.
std::string plain(std::string_view text);
std::string bytes(std::int64_t count);         ///< "1.2 GB"
std::string clock(std::chrono::seconds time);  ///< "1:02:03"

/// One line on stderr that is written anew, if that is a terminal; nothing at all otherwise.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);
  ~ProgressLine();
  void show(std::string const& told);
  void clear();

 private:
  bool const shows_;
  bool shown_ = false;
};

/// "[######----]"
std::string bar(double share, int width);

}  // namespace cli
