// SPDX-License-Identifier: LGPL-2.1-or-later
// The C++ side of GstTorrentSession, for the plugin and the server; not installed.
#pragma once

#include "context/gsttorrentsession.h"
#include "swarm/error.hpp"
#include "swarm/session.hpp"

#include <memory>

namespace context {

/// Wraps a session; transfer full. The GObject keeps it alive.
GstTorrentSession* wrap(std::shared_ptr<swarm::Session> session);
/// Never null for a live object.
std::shared_ptr<swarm::Session> unwrap(GstTorrentSession* session);
/// A context that carries the session; transfer full. A context that is not persistent is forgotten when its
/// element or pipeline goes to NULL: right for a session that was made on its own account.
GstContext* carry(GstTorrentSession* session, bool persistent);
/// Domain and code of GST_RESOURCE_ERROR for a failure of the swarm: the one table for C callers.
GstResourceError resource_error(swarm::Error const& error);

}  // namespace context
