// SPDX-License-Identifier: LGPL-2.1-or-later
// The real thing: a session on loopback, carried to elements by its context.
#pragma once

#include "context/session.hpp"
#include "pipeline.hpp"
#include "support/loopback.hpp"
#include "support/swarm.hpp"
#include "support/temp_dir.hpp"

#include <memory>
#include <string>

namespace tests {

/// Reaches nothing but loopback.
inline swarm::Settings loopback_settings(support::TempDir const& folder) {
  swarm::Settings settings;
  settings.download_path = folder / "files";
  settings.state_path = folder / "state";
  settings.listen = support::own_address() + ":0";
  settings.dht = settings.lsd = settings.port_mapping = settings.inject_trackers = false;
  return settings;
}

struct Real {
  void give_to(GstElement* element) const { gst_element_set_context(element, context.get()); }
  /// A pipeline from its description, where %s stands for the URI.
  [[nodiscard]] std::string shape(char const* text, std::string const& uri) const {
    glib::Unique<gchar> description(g_strdup_printf(text, uri.c_str()));
    return description.get();
  }

  support::TempDir folder{"plugin"};
  std::shared_ptr<swarm::Session> session = swarm::Session::create(loopback_settings(folder));
  Ref<GstTorrentSession> object = Ref<GstTorrentSession>::adopt(context::wrap(session));
  Ref<GstContext> context = Ref<GstContext>::adopt(gst_torrent_session_new_context(object.get()));
};

/// Tests that run GStreamer's own programs start with this: those load a plugin that was built with a sanitizer only
/// with its runtime in front, which tests/run.sh sees to.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NEEDS_CHILDREN \
  if (!g_getenv("GST_TORRENT_PRELOAD")) GTEST_SKIP() << "GST_TORRENT_PRELOAD does not name the sanitizer's runtime"
#else
#define NEEDS_CHILDREN static_cast<void>(0)
#endif

/// For child processes: a session of their own that reaches nothing but loopback.
inline std::string loopback_environment() {
  return "listen=\"" + support::own_address() + ":0\", dht=false, lsd=false, port-mapping=false, inject-trackers=false";
}

}  // namespace tests
