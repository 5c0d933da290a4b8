// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/loop.hpp"
#include "search/library.hpp"

#include <memory>

namespace api {

struct App;

/// What the session and the folders hold, for who searches. The App outlives its use.
search::Library::List library_of(App& app, std::shared_ptr<http::Loop> loop);

}  // namespace api
