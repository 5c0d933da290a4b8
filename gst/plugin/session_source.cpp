// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/session_source.hpp"

#include "context/environment.hpp"
#include "context/session.hpp"
#include "glib/ref.hpp"
#include "plugin/log.hpp"

#include <gst/base/gstbasesrc.h>

#include <mutex>
#include <utility>

namespace plugin {

using glib::Ref;
using swarm::Session;

static constexpr auto context_type = GST_TORRENT_SESSION_CONTEXT_TYPE;

namespace {
/// The session that the elements of this process share.
struct Own {
  std::mutex mutex;
  std::weak_ptr<Session> session;
};
Own& own() {
  static Own own;
  return own;
}
}  // namespace

static std::shared_ptr<Session> session_in(GstContext* context) {
  auto session = Ref<GstTorrentSession>::adopt(gst_torrent_session_from_context(context));
  return session ? context::unwrap(session.get()) : nullptr;
}

static std::shared_ptr<Session> from_element(GstElement* element) {
  auto context = Ref<GstContext>::adopt(gst_element_get_context(element, context_type));
  return context ? session_in(context.get()) : nullptr;
}

/// Downstream only: a source has nothing upstream.
static std::shared_ptr<Session> from_neighbours(GstElement* element) {
  auto query = Ref<GstQuery>::adopt(gst_query_new_context(context_type));
  if (!gst_pad_peer_query(GST_BASE_SRC_PAD(element), query.get())) return nullptr;
  GstContext* context = nullptr;
  gst_query_parse_context(query.get(), &context);
  if (!context || !session_in(context)) return nullptr;
  gst_element_set_context(element, context);
  return session_in(context);
}

static std::shared_ptr<Session> from_application(GstElement* element) {
  gst_element_post_message(element, gst_message_new_need_context(GST_OBJECT(element), context_type));
  return from_element(element);
}

static swarm::Settings settings_of(Config const& config) {
  swarm::Settings settings;
  settings.max_connections = config.max_peers;
  settings.restore = false;  // an element wants its own torrent, not all that were ever played
  settings.log = log_swarm;
  context::apply_environment(settings);
  if (!config.save_path.empty()) {
    settings.download_path = config.save_path;
    settings.state_path = config.save_path + "/.gst-torrent";
  }
  return settings;
}

static std::shared_ptr<Session> shared_session(Config const& config) {
  // One at a time: two elements that start together mean one session.
  std::lock_guard lock(own().mutex);
  auto session = Session::shared(settings_of(config));
  own().session = session;
  return session;
}

static bool is_own(std::shared_ptr<Session> const& session) {
  std::lock_guard lock(own().mutex);
  return own().session.lock() == session;
}

static void tell(GstElement* element, std::shared_ptr<Session> const& session) {
  auto object = Ref<GstTorrentSession>::adopt(context::wrap(session));
  // Not persistent: a pipeline at NULL must not hold ports open.
  auto context = Ref<GstContext>::adopt(context::carry(object.get(), false));
  gst_element_set_context(element, context.get());
  gst_element_post_message(element, gst_message_new_have_context(GST_OBJECT(element), context.release()));
}

SessionLease find_session(GstElement* element, Config const& config) {
  for (auto* look : {from_element, from_neighbours, from_application})
    if (auto session = look(element)) {
      bool const own_one = is_own(session);
      GST_DEBUG_OBJECT(element, "uses %s session of the context", own_one ? "the elements' own" : "the application's");
      return {std::move(session), own_one};
    }
  auto session = shared_session(config);
  tell(element, session);
  return {std::move(session), true};
}

SessionLease held_session(GstElement* element) {
  auto session = from_element(element);
  return {session, session && is_own(session)};
}

bool answer_context_query(GstQuery* query, std::shared_ptr<Session> const& session) {
  gchar const* type = nullptr;
  gst_query_parse_context_type(query, &type);
  if (!session || g_strcmp0(type, context_type) != 0) return false;
  auto object = Ref<GstTorrentSession>::adopt(context::wrap(session));
  auto context = Ref<GstContext>::adopt(context::carry(object.get(), !is_own(session)));
  gst_query_set_context(query, context.get());
  return true;
}

}  // namespace plugin
