// SPDX-License-Identifier: LGPL-2.1-or-later
// Where an element gets its Session from: a GstContext, else the process's shared one.
#pragma once

#include "plugin/config.hpp"
#include "swarm/session.hpp"

#include <gst/gst.h>

#include <memory>

namespace plugin {

struct SessionLease {
  std::shared_ptr<swarm::Session> session;
  bool own = false;  ///< started by elements, so it is they who look after it
};

/// A session from the element's context, its neighbours' or the application's; else the shared one, started if
/// there is none, and told to neighbours and application. Posts need-context and have-context messages: not with a
/// lock held. Throws swarm::Error as Session::create does.
SessionLease find_session(GstElement* element, Config const& config);

/// The session that the element's context holds now, if any. Never starts or asks.
SessionLease held_session(GstElement* element);

/// Answers a context query with `session`; false if another context is asked for or session is null.
bool answer_context_query(GstQuery* query, std::shared_ptr<swarm::Session> const& session);

}  // namespace plugin
