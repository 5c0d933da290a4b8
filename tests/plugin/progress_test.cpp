// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/progress.hpp"

#include <gtest/gtest.h>

#include <map>

using plugin::Progress;

namespace {

std::string kinds(std::vector<Progress::Message> const& messages) {
  std::string out;
  for (auto const& m : messages) out += std::string(m.code) + "-" + std::to_string(m.type) + " ";
  return out;
}

constexpr auto start = "0", go_on = "1", complete = "2", canceled = "3", error = "4";

TEST(Progress, AMagnetWithATracker) {
  Progress progress;
  EXPECT_EQ(kinds(progress.update({.trackers = 2})), std::string("tracker-") + start + " metadata-" + start + " ");
  EXPECT_EQ(kinds(progress.update({.trackers = 2})), "");
  EXPECT_EQ(kinds(progress.update({.trackers = 2, .tracker_answered = true, .peers = 1})),
            std::string("tracker-") + complete + " metadata-" + go_on + " ");
  EXPECT_EQ(kinds(progress.update({.trackers = 2, .tracker_answered = true, .metadata = true, .peers = 1})),
            std::string("metadata-") + complete + " first-block-" + start + " ");
  EXPECT_FALSE(progress.complete());
  EXPECT_EQ(kinds(progress.update({.metadata = true, .peers = 1, .first_block = true})),
            std::string("first-block-") + complete + " ");
  EXPECT_TRUE(progress.complete());
  EXPECT_EQ(kinds(progress.update({.trackers = 3, .metadata = true, .first_block = true})), "");
  EXPECT_EQ(kinds(progress.finish(std::nullopt)), "");
}

TEST(Progress, ATrackerThatNeverAnswersIsClosedBeforeTheEnd) {
  Progress progress;
  progress.update({.trackers = 1});
  EXPECT_EQ(kinds(progress.update({.trackers = 1, .metadata = true, .first_block = true})),
            std::string("metadata-") + complete + " first-block-" + start + " tracker-" + canceled + " first-block-" +
                complete + " ");
}

TEST(Progress, TrackersThatFail) {
  Progress progress;
  auto const messages = progress.update({.trackers = 1, .trackers_failed = 1, .tracker_error = "refused"});
  EXPECT_EQ(kinds(messages), std::string("tracker-") + start + " tracker-" + error + " metadata-" + start + " ");
  EXPECT_NE(messages[1].text.find("refused"), std::string::npos);
}

TEST(Progress, FailureAndStopEndWhatIsOpen) {
  for (auto const& text : {std::optional<std::string>("nobody there"), std::optional<std::string>()}) {
    Progress progress;
    progress.update({.trackers = 1});
    auto const type = text ? error : canceled;
    EXPECT_EQ(kinds(progress.finish(text)), std::string("tracker-") + type + " metadata-" + type + " ");
    EXPECT_EQ(kinds(progress.finish(text)), "");
  }
}

}  // namespace
