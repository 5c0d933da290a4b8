// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/errors.hpp"
#include "lib/json/json.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace http {

/// What is sent: a value. The body is that of HEAD's GET too (libsoup leaves it out and keeps its length).
struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::shared_ptr<std::vector<std::uint8_t> const> content = {};  ///< in place of a body: large, and shared with others

  Response& set(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }

  static Response json(json::Object const& object, int status = 200);
  /// {"success": true, "data": …, "message"?}
  static Response data(json::Object data, std::string_view message = {}, int status = 200);
  static Response failure(Failure const& failure, std::string_view info_hash = {});
  static Response redirect(std::string location);
};

/// "Not Found", also for those that libsoup does not know.
char const* reason_phrase(int status);

}  // namespace http
