// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts GStreamer with nothing but loopback for sessions that elements start themselves.
#include "support/temp_dir.hpp"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
// Whole stacks, so that tests/lsan.supp can tell what GLib gives up as it is loaded. The environment comes on top.
extern "C" char const* __asan_default_options() { return "fast_unwind_on_malloc=0"; }
#endif

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  support::TempDir home("plugin-tests");
  g_setenv("XDG_CACHE_HOME", (home / "cache").c_str(), TRUE);
  g_setenv("XDG_STATE_HOME", (home / "state").c_str(), TRUE);
  g_setenv("GST_TORRENT_SESSION",
           "listen=127.0.0.1:0, dht=false, lsd=false, port-mapping=false, inject-trackers=false, "
           "allow-multiple-per-address=true",
           TRUE);
#if defined(__SANITIZE_ADDRESS__)
  // The scanner is a process of its own, without the sanitizer's library in front.
  gst_registry_fork_set_enabled(FALSE);
#endif
  gst_init(&argc, &argv);
  return RUN_ALL_TESTS();
}
