// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tracker/swarms.hpp"

#include "server/json_path.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using tracker::Swarms;

/// 20 characters that begin with the name.
std::string id(std::string name) {
  name.resize(20, '.');
  return name;
}

std::string announce(std::string const& film, std::string const& peer, std::string const& more = "") {
  return R"({"action": "announce", "info_hash": ")" + id(film) + R"(", "peer_id": ")" + id(peer) +
         R"(", "numwant": 5, "uploaded": 0, "downloaded": 0, "left": null)" + more + "}";
}

std::string offers(int count) {
  std::string list;
  for (int i = 0; i < count; ++i)
    list += (i ? ", " : "") + (R"({"offer_id": ")" + id("offer" + std::to_string(i)) +
                               R"(", "offer": {"type": "offer", "sdp": "v=0 )" + std::to_string(i) + "\"}}");
  return R"(, "offers": [)" + list + "]";
}

class Signalling : public testing::Test {
 protected:
  Swarms::Outcome say(Swarms::Link link, std::string const& text) { return swarms_.received(link, text, now_); }
  void open(Swarms::Link first, Swarms::Link last) {
    for (auto link = first; link <= last; ++link) swarms_.opened(link, now_);
  }

  Swarms::Clock::time_point now_{};
  Swarms swarms_{
      {.interval = 120s, .swarms = 3, .peers = 50, .swarms_of_a_link = 2, .burst = 100, .rate = 10, .faults = 3}, 1};
};

TEST_F(Signalling, CountsWhoIsThere) {
  open(1, 2);
  auto const first = say(1, announce("film", "a"));
  ASSERT_EQ(first.texts.size(), 1u);
  EXPECT_EQ(first.texts[0].first, 1u);
  EXPECT_EQ(at(first.texts[0].second, "$.action"), "\"announce\"");
  EXPECT_EQ(at(first.texts[0].second, "$.info_hash"), '"' + id("film") + '"');
  EXPECT_EQ(at(first.texts[0].second, "$.interval"), "120");
  EXPECT_EQ(at(first.texts[0].second, "$.incomplete"), "1");
  auto const second = say(2, announce("film", "b", R"(, "event": "completed")"));
  EXPECT_EQ(at(second.texts[0].second, "$.complete"), "1");
  EXPECT_EQ(at(second.texts[0].second, "$.incomplete"), "1");
  auto const stopped = say(1, announce("film", "a", R"(, "event": "stopped")"));
  EXPECT_EQ(at(stopped.texts[0].second, "$.incomplete"), "0");
  swarms_.closed(2);
  EXPECT_EQ(swarms_.figures().swarms, 0u);
  EXPECT_EQ(swarms_.figures().peers, 0u);
}

TEST_F(Signalling, EachOfferGoesToAnother) {
  open(1, 6);
  for (int i = 2; i <= 6; ++i) say(static_cast<Swarms::Link>(i), announce("film", "peer" + std::to_string(i)));
  auto const outcome = say(1, announce("film", "me", offers(4)));
  ASSERT_EQ(outcome.texts.size(), 5u);
  std::set<Swarms::Link> reached;
  for (std::size_t i = 1; i < 5; ++i) {
    reached.insert(outcome.texts[i].first);
    auto const& text = outcome.texts[i].second;
    EXPECT_EQ(at(text, "$.peer_id"), '"' + id("me") + '"');
    EXPECT_EQ(at(text, "$.offer.type"), "\"offer\"");
    EXPECT_THAT(at(text, "$.offer.sdp"), HasSubstr("v=0 "));
  }
  EXPECT_EQ(reached.size(), 4u);
  EXPECT_FALSE(reached.contains(1));
  // Never more than there are others.
  EXPECT_EQ(say(1, announce("film", "me", offers(20))).texts.size(), 6u);
  EXPECT_EQ(say(1, announce("other film", "me", offers(20))).texts.size(), 1u);
}

TEST_F(Signalling, AnswersGoBack) {
  open(1, 2);
  say(1, announce("film", "a"));
  auto const outcome = say(2, announce("film", "b",
                                       R"(, "to_peer_id": ")" + id("a") + R"(", "offer_id": ")" + id("offer") +
                                           R"(", "answer": {"type": "answer", "sdp": "v=0"})"));
  ASSERT_EQ(outcome.texts.size(), 1u);
  EXPECT_EQ(outcome.texts[0].first, 1u);
  EXPECT_EQ(at(outcome.texts[0].second, "$.answer.sdp"), "\"v=0\"");
  EXPECT_EQ(at(outcome.texts[0].second, "$.offer_id"), '"' + id("offer") + '"');
  EXPECT_EQ(at(outcome.texts[0].second, "$.peer_id"), '"' + id("b") + '"');
}

TEST_F(Signalling, IdsAreBytes) {
  open(1, 1);
  std::string const hash = R"(\u0000\u00ff\\\u0000\"\u001fbcdefghijklmno)";
  auto const outcome =
      say(1, R"({"action": "announce", "info_hash": ")" + hash + R"(", "peer_id": ")" + id("a") + R"("})");
  ASSERT_EQ(outcome.texts.size(), 1u);
  EXPECT_THAT(outcome.texts[0].second,
              HasSubstr("\"info_hash\":\"\\u0000\xc3\xbf\\\\\\u0000\\\"\\u001fbcdefghijklmno\""));
}

TEST_F(Signalling, Scrape) {
  open(1, 3);
  say(1, announce("film", "a", R"(, "event": "completed")"));
  say(2, announce("film", "b"));
  auto const one = say(3, R"({"action": "scrape", "info_hash": ")" + id("film") + "\"}");
  ASSERT_EQ(one.texts.size(), 1u);
  auto const& text = one.texts[0].second;
  EXPECT_EQ(at(text, "$.files.*.complete"), "1") << text;
  EXPECT_EQ(at(text, "$.files.*.incomplete"), "1");
  EXPECT_EQ(at(text, "$.files.*.downloaded"), "1");
  auto const two = say(3, R"({"action": "scrape", "info_hash": [")" + id("film") + R"(", ")" + id("nothing") + "\"]}");
  EXPECT_THAT(two.texts[0].second, HasSubstr(id("nothing")));
}

TEST_F(Signalling, WhoIsSilentIsForgotten) {
  open(1, 2);
  say(1, announce("film", "a"));
  now_ += 200s;
  say(2, announce("film", "b"));
  now_ += 150s;
  swarms_.expire(now_);
  EXPECT_EQ(swarms_.figures().peers, 1u);
  now_ += 350s;
  swarms_.expire(now_);
  EXPECT_EQ(swarms_.figures().peers, 0u);
  EXPECT_EQ(swarms_.figures().swarms, 0u);
  say(1, announce("film", "a"));
  EXPECT_EQ(swarms_.figures().peers, 1u);
}

TEST_F(Signalling, ComesBackByAnotherConnection) {
  open(1, 3);
  say(1, announce("film", "a"));
  say(2, announce("film", "a"));
  swarms_.closed(1);
  EXPECT_EQ(swarms_.figures().peers, 1u);
  EXPECT_EQ(say(3, announce("film", "b", offers(1))).texts.at(1).first, 2u);
  say(2, announce("film", "renamed"));
  EXPECT_EQ(swarms_.figures().peers, 2u);
}

TEST_F(Signalling, Limits) {
  open(1, 60);
  say(1, announce("one", "a"));
  say(1, announce("two", "a"));
  EXPECT_THAT(say(1, announce("three", "a")).texts.at(0).second, HasSubstr("failure reason"));
  say(2, announce("three", "a"));
  EXPECT_THAT(say(2, announce("four", "a")).texts.at(0).second, HasSubstr("no room"));
  for (int i = 3; i <= 51; ++i) say(static_cast<Swarms::Link>(i), announce("one", "p" + std::to_string(i)));
  EXPECT_THAT(say(60, announce("one", "last")).texts.at(0).second, HasSubstr("full"));
  EXPECT_EQ(swarms_.figures().peers, 52u);
}

TEST_F(Signalling, WhoSaysTooMuchIsClosed) {
  open(1, 1);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(say(1, announce("film", "a")).close, "");
  EXPECT_NE(say(1, announce("film", "a")).close, "");
  now_ += 1s;
  EXPECT_EQ(say(1, announce("film", "a")).close, "");
}

class BadMessages : public Signalling, public testing::WithParamInterface<std::string> {};

TEST_P(BadMessages, AreRefusedInWords) {
  open(1, 1);
  for (int i = 0; i < 4; ++i) {
    auto const outcome = say(1, GetParam());
    ASSERT_EQ(outcome.texts.size(), 1u);
    EXPECT_GT(at(outcome.texts[0].second, "$['failure reason']").size(), 10u) << outcome.texts[0].second;
    EXPECT_EQ(outcome.close.empty(), i < 3);
  }
  EXPECT_EQ(swarms_.figures().peers, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadMessages,
    testing::Values(
        "", "nonsense", "[]", "{}", R"({"action": "dance"})", R"({"action": "announce"})",
        R"({"action": "announce", "info_hash": "short", "peer_id": "short"})",
        R"({"action": "announce", "info_hash": "ĀĀĀĀĀĀĀĀĀĀĀĀĀĀĀĀĀĀĀĀ", "peer_id": "aaaaaaaaaaaaaaaaaaaa"})",
        announce("film", "a", offers(21)), announce("film", "a", R"(, "offers": 7)"),
        announce("film", "a", R"(, "offers": [7])"), announce("film", "a", R"(, "offers": [{}])"),
        announce("film", "a", R"(, "answer": {"type": "answer", "sdp": "v=0"})"),
        announce("film", "a",
                 R"(, "offers": [{"offer_id": "aaaaaaaaaaaaaaaaaaaa", "offer": {"type": "answer", "sdp": "v"}}])"),
        announce("film", "a",
                 R"(, "offers": [{"offer_id": "aaaaaaaaaaaaaaaaaaaa", "offer": {"type": "offer", "sdp": ")" +
                     std::string(20000, 'x') + "\"}}]"),
        R"({"action": "scrape"})", std::string(100000, '['), std::string("\"\\u0000")));

TEST(ManySignals, FiveThousandPeersInFiveHundredSwarms) {
  Swarms swarms({}, 7);
  Swarms::Clock::time_point const now{};
  for (int i = 0; i < 5000; ++i) {
    auto const link = static_cast<Swarms::Link>(i);
    swarms.opened(link, now);
    auto const outcome =
        swarms.received(link, announce("film" + std::to_string(i % 500), "p" + std::to_string(i), offers(5)), now);
    ASSERT_EQ(outcome.texts.size(), static_cast<std::size_t>(1 + std::min(5, i / 500)));
  }
  EXPECT_EQ(swarms.figures().swarms, 500u);
  EXPECT_EQ(swarms.figures().peers, 5000u);
  for (int i = 0; i < 5000; ++i) swarms.closed(static_cast<Swarms::Link>(i));
  EXPECT_EQ(swarms.figures().swarms, 0u);
  EXPECT_EQ(swarms.figures().peers, 0u);
  EXPECT_EQ(swarms.figures().links, 0u);
}

}  // namespace
