// SPDX-License-Identifier: LGPL-2.1-or-later
#include "context/environment.hpp"

#include "swarm/error.hpp"

#include <gst/gst.h>
#include <gtest/gtest.h>

namespace {

using context::apply_settings;

TEST(Environment, SetsWhatItNames) {
  swarm::Settings settings;
  apply_settings(settings, "dht=false, lsd=0, listen=\"127.0.0.1:0,[::1]:0\", max-connections=7, user-agent=me");
  EXPECT_FALSE(settings.dht);
  EXPECT_FALSE(settings.lsd);
  EXPECT_TRUE(settings.pex);
  EXPECT_EQ(settings.listen, "127.0.0.1:0,[::1]:0");
  EXPECT_EQ(settings.max_connections, 7);
  EXPECT_EQ(settings.user_agent, "me");
}

TEST(Environment, SaysWhichWordIsWrong) {
  struct {
    char const* text;
    char const* word;
  } const cases[] = {{"colour=red", "colour"},
                     {"dht=perhaps", "perhaps"},
                     {"max-connections=many", "many"},
                     {"dht", "dht"},
                     {"=", "="}};
  for (auto const& c : cases) {
    swarm::Settings settings;
    try {
      apply_settings(settings, c.text);
      ADD_FAILURE() << c.text << " was taken";
    } catch (swarm::Error const& e) {
      EXPECT_EQ(e.code(), swarm::Errc::bad_input);
      EXPECT_NE(std::string(e.what()).find(c.word), std::string::npos) << e.what();
    }
  }
}

}  // namespace
