// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers with a strong ETag.
#pragma once

#include "http/exchange.hpp"

#include <string>
#include <string_view>

namespace api {

/// An ETag that is a function of the bytes.
[[nodiscard]] std::string digest_tag(std::string_view bytes);
/// Sets the ETag; answers with 304, or throws 412, if the client's conditions say so.
[[nodiscard]] bool answered_by_conditions(http::Exchange& exchange, http::Response& head, std::string const& etag);

}  // namespace api
