// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/memory.hpp"

#include <fstream>
#include <string>

namespace api {

Memory memory() {
  Memory memory;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) memory.resident = std::stoll(line.substr(6)) * 1024;
    if (line.starts_with("RssAnon:")) memory.anonymous = std::stoll(line.substr(8)) * 1024;
  }
  return memory;
}

}  // namespace api
