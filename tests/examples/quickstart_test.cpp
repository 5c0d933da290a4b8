// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/child.hpp"
#include "support/eventually.hpp"
#include "support/http.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <system_error>

namespace support {
namespace {

/// Somebody who sits on port 7000, if nobody does yet.
Fd take_the_usual_port() {
  try {
    return listen_on({"0.0.0.0", 7000});
  } catch (std::system_error const&) {
    return {};
  }
}

TEST(Quickstart, ServesTheSampleFilmAndEndsEverything) {
  Fd const taken = take_the_usual_port();
  TempDir temporary;
  Child script({QUICKSTART, "--no-install", "--build", BUILD_ROOT},
               {.environment = {{"PORT", std::nullopt}, {"HOST", "127.0.0.1"}, {"TMPDIR", temporary.str()}}});
  auto const line = script.wait_for_line("curl -r .*'(http://127\\.0\\.0\\.1:\\d+/stream/proxy/[0-9a-f]{40})'", 120s);
  ASSERT_TRUE(line) << script.out() << script.err();
  EXPECT_NE(script.out().find("Port 7000 is taken"), std::string::npos) << script.out();

  auto const [at, target] = http::split_url((*line)[1]);
  auto const film = http::get(at, target);
  EXPECT_EQ(film.status(), 200);
  EXPECT_TRUE(film.body == read_file(BUILD_ROOT "/quickstart/sample.mp4")) << film.body.size() << " bytes";

  // To the script alone, as `kill` would do it: what it started must go with it.
  script.signal(SIGTERM);
  auto const exit = script.wait(10s);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 128 + SIGTERM);
  EXPECT_THROW(connect_to(at), std::system_error);
  EXPECT_TRUE(std::filesystem::is_empty(temporary.path()));
}

TEST(Quickstart, SaysWhatIsWrong) {
  TempDir home;
  auto const ran = run({QUICKSTART, "--no-install", "--build", BUILD_ROOT, "magnet:?xt=nothing"},
                       {.environment = {{"PORT", "0"},
                                        {"HOST", "127.0.0.1"},
                                        {"XDG_CACHE_HOME", home.str()},
                                        {"XDG_STATE_HOME", home.str()},
                                        {"TORRENT_LISTEN", "127.0.0.1:0"},
                                        {"TORRENT_DHT", "false"},
                                        {"TORRENT_LSD", "false"},
                                        {"TORRENT_PORT_MAPPING", "false"}}});
  EXPECT_EQ(ran.exit.code, 1) << ran.out;
  EXPECT_NE(ran.err.find("refused the magnet"), std::string::npos) << ran.err;
  EXPECT_EQ(run({QUICKSTART, "film.mkv"}).exit.code, 2);
}

}  // namespace
}  // namespace support
