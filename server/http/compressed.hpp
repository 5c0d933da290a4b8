// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/request.hpp"
#include "http/response.hpp"

namespace http {

/// RFC 9110, 12.5.3.
bool takes_gzip(Request const& request);

/// gzip for bodies of text that are worth it, if the client takes it (RFC 9110, 12.5.3 and 8.4). Before an ETag is
/// made of the body.
void compress(Request const& request, Response& response);

}  // namespace http
