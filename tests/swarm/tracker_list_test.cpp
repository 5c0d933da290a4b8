// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/tracker_list.hpp"

#include "swarm/settings.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace swarm {
namespace {

using testing::Contains;
using testing::ElementsAre;

TEST(TrackerList, ALineEach) {
  int wrong = 0;
  EXPECT_THAT(
      read_tracker_list("# best first\nudp://a.example:1/announce\r\n\n \thttps://b.example/announce  \n"
                        "UDP://a.example:1/announce\nwss://c.example\nudp://no-port.example\nfile:///etc/passwd\nx",
                        &wrong),
      ElementsAre("udp://a.example:1/announce", "https://b.example/announce", "wss://c.example"));
  EXPECT_EQ(wrong, 3);
  EXPECT_TRUE(read_tracker_list("").empty());
  EXPECT_TRUE(read_tracker_list("# nothing").empty());
}

TEST(TrackerList, BuiltIn) {
  auto const urls = Settings::default_trackers();
  EXPECT_GE(urls.size(), 30u);
  for (auto const* of_the_documents : {"udp://tracker.opentrackr.org:1337/announce", "udp://bt.t-ru.org:2710/announce",
                                       "http://retracker.local/announce"})
    EXPECT_THAT(urls, Contains(of_the_documents));
  EXPECT_EQ(std::set<std::string>(urls.begin(), urls.end()).size(), urls.size());
  auto const browsers = std::count_if(urls.begin(), urls.end(), [](auto const& url) { return !is_for_sessions(url); });
  EXPECT_GE(browsers, 3);
  EXPECT_LT(browsers, 10);
}

}  // namespace
}  // namespace swarm
