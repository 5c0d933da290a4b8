// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/tagged.hpp"

#include "http/conditional.hpp"
#include "http/errors.hpp"

#include <glib.h>

namespace api {

std::string digest_tag(std::string_view bytes) {
  g_autofree char* text =
      g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<guchar const*>(bytes.data()), bytes.size());
  return std::string("\"") + std::string(text, 32) + "\"";
}

bool answered_by_conditions(http::Exchange& exchange, http::Response& head, std::string const& etag) {
  auto const& request = exchange.request();
  head.set("ETag", etag);
  switch (http::evaluate({request.header("If-Match"), request.header("If-None-Match"), "", "", ""}, {etag, {}})) {
    case http::Verdict::precondition_failed:
      throw http::Failure(http::Fault::precondition_failed, "It is not the one that the request is about.")
          .with("ETag", etag);
    case http::Verdict::not_modified:
      head.status = 304;
      exchange.reply(head);
      return true;
    case http::Verdict::proceed:
      return false;
  }
  return false;
}

}  // namespace api
