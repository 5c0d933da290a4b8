// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace http {

/// Value of Content-Disposition for a file whose name came from a stranger (RFC 6266, RFC 8187). Pure.
std::string disposition(std::string_view file_name, bool download);

}  // namespace http
