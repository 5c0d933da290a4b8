// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/response.hpp"

#include <libsoup/soup.h>

namespace http {

Response Response::json(json::Object const& object, int status) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, object.text()};
}

Response Response::data(json::Object data, std::string_view message, int status) {
  auto object = json::Object().set("success", true);
  if (!message.empty()) object.set("message", message);
  object.set("data", std::move(data));
  return json(object, status);
}

Response Response::failure(Failure const& failure, std::string_view info_hash) {
  auto const& row = problem(failure.fault());
  Response made{row.status,
                {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
                error_json(failure.fault(), failure.what(), info_hash)};
  if (row.retry_after) made.set("Retry-After", std::to_string(row.retry_after));
  for (auto const& [name, value] : failure.headers()) made.set(name, value);
  return made;
}

Response Response::redirect(std::string location) {
  return {302, {{"Location", std::move(location)}, {"Cache-Control", "no-store"}}, {}};
}

char const* reason_phrase(int status) {
  switch (status) {
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return soup_status_get_phrase(static_cast<guint>(status));
  }
}

}  // namespace http
