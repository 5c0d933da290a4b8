// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/lines.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace support {

/// An HTTP server with the pages that a test puts there. Thread-safe.
class Website {
 public:
  struct Page {
    std::string body;
    int status = 200;
    std::string fields = {};  ///< "Location: /x\r\n"; who shows an ETag in it is answered 304
    bool ranges = false;      ///< honours them
    bool silent = false;      ///< takes the request and never answers
    bool endless = false;     ///< the body again and again
    bool drips = false;       ///< a byte of the body every tenth of a second
  };
  Website();
  ~Website();

  void put(std::string const& target, Page page);
  [[nodiscard]] std::string url(std::string const& target = "") const { return "http://" + endpoint().str() + target; }
  [[nodiscard]] Endpoint endpoint() const { return lines_->endpoint(); }
  /// Targets that were asked for, in order.
  [[nodiscard]] std::vector<std::string> asked() const;
  /// Connections that were made.
  [[nodiscard]] int connections() const;

 private:
  friend class WebsiteLine;
  struct State {
    std::mutex mutex;
    std::map<std::string, Page> pages;
    std::vector<std::string> asked;
    int connections = 0;
  };
  std::shared_ptr<State> state_;
  std::unique_ptr<Lines> lines_;
};

}  // namespace support
