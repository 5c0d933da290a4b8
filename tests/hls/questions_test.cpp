// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is served next, which demuxers stay open, what is coded first: the producer's pure parts.
#include "hls/questions.hpp"

#include "hls/coding_queue.hpp"
#include "hls/warm_lines.hpp"

#include <gtest/gtest.h>

namespace {

using namespace hls;
using namespace std::chrono_literals;

Question about(std::string const& film) {
  Question question;
  question.origin.key = film;
  return question;
}

class QuestionsTest : public testing::Test {
 protected:
  void ask(std::string const& film, std::string const& what) {
    (void)questions_.ask(film + "/" + what, about(film), [](Result const&) {});
  }
  void ahead(std::string const& film, std::string const& what) {
    auto question = std::make_shared<Question>(about(film));
    question->key = film + "/" + what;
    questions_.add_ahead(question);
  }
  /// "" = none.
  std::string next(int waiting = 0) {
    auto const question = questions_.next(waiting);
    if (question) at_work_[question->key] = question;
    return question ? question->key : "";
  }
  void work_done(std::string const& key) {
    questions_.worked(at_work_.at(key));
    (void)questions_.close(*at_work_.at(key));
  }

  Questions questions_{2};
  std::map<std::string, QuestionPtr> at_work_;
};

TEST_F(QuestionsTest, InTheirOrderOnSoManyThreads) {
  ask("a/0", "1");
  ask("b/0", "1");
  ask("c/0", "1");
  EXPECT_EQ(next(), "a/0/1");
  EXPECT_EQ(next(), "b/0/1");
  EXPECT_EQ(next(), "");
  work_done("a/0/1");
  EXPECT_EQ(next(), "c/0/1");
}

TEST_F(QuestionsTest, TheSameQuestionIsWorkedAtOnce) {
  ask("a/0", "1");
  ask("a/0", "1");
  EXPECT_EQ(next(), "a/0/1");
  EXPECT_EQ(next(), "");
  EXPECT_EQ(questions_.close(*at_work_.at("a/0/1")).size(), 2U);
  EXPECT_FALSE(questions_.contains("a/0/1"));
}

TEST_F(QuestionsTest, TheFilmWithTheFewestThreadsFirst) {
  ask("a/0", "1");
  ask("a/0", "2");
  ask("b/0", "1");
  EXPECT_EQ(next(), "a/0/1");
  EXPECT_EQ(next(), "b/0/1");
}

TEST_F(QuestionsTest, WhoWaitsComesBeforeWhatIsMadeAhead) {
  ahead("a/0", "1");
  ask("a/0", "2");
  ask("b/0", "1");
  EXPECT_EQ(next(), "a/0/2");
  EXPECT_EQ(next(), "b/0/1");
  work_done("a/0/2");
  ask("c/0", "1");
  EXPECT_EQ(next(), "c/0/1");
}

TEST_F(QuestionsTest, AskedForItIsNotAheadAnyMore) {
  ahead("a/0", "1");
  ask("b/0", "1");
  ask("a/0", "1");
  EXPECT_EQ(next(), "a/0/1");
}

TEST_F(QuestionsTest, ThoseThatWaitForTheSwarmDoNotCount) {
  for (auto const* film : {"a/0", "b/0", "c/0", "d/0", "e/0"})
    for (auto const* what : {"1", "2", "3"}) ask(film, what);
  int waiting = 0;
  while (!next(waiting).empty()) ++waiting;
  EXPECT_EQ(waiting, 8) << "but there is an end to them";
  int of_a = 0;
  for (auto const& [key, question] : at_work_) of_a += question->origin.key == "a/0";
  EXPECT_LE(of_a, 2) << "one film's are as many as threads";
}

TEST_F(QuestionsTest, AFilmWaitsForItsOwn) {
  for (auto const* what : {"1", "2", "3"}) ask("a/0", what);
  EXPECT_EQ(next(0), "a/0/1");
  EXPECT_EQ(next(1), "a/0/2");
  EXPECT_EQ(next(2), "");
  ask("b/0", "1");
  EXPECT_EQ(next(2), "b/0/1");
}

TEST_F(QuestionsTest, WhatMayNotBeWorkedAtNowHoldsUpNobody) {
  auto const not_a = [](Question const& question) { return question.origin.key != "a/0"; };
  ask("a/0", "1");
  ask("b/0", "1");
  EXPECT_EQ(questions_.next(0, not_a)->key, "b/0/1");
  EXPECT_EQ(questions_.next(0, not_a), nullptr);
  EXPECT_EQ(next(), "a/0/1");
}

TEST_F(QuestionsTest, AWithdrawnOneIsAskedAnew) {
  ask("a/0", "1");
  auto const first = questions_.next(0);
  first->withdrawn = true;
  ask("a/0", "1");
  EXPECT_TRUE(questions_.close(*first).size() == 1);
  EXPECT_TRUE(questions_.contains("a/0/1")) << "the second one stays";
}

std::unique_ptr<Line> line(std::size_t at) {
  auto made = std::make_unique<Line>();
  made->at = at;
  return made;
}

TEST(WarmLines, TheNearestOfTheFilm) {
  WarmLines lines(10);
  for (std::size_t at : {3, 90, 40}) EXPECT_TRUE(lines.put("a/0", line(at)).empty());
  (void)lines.put("b/0", line(50));
  EXPECT_EQ(lines.take("a/0", 50)->at, 40U);
  EXPECT_EQ(lines.take("a/0", 50)->at, 90U);
  EXPECT_EQ(lines.take("a/0", 50)->at, 3U);
  EXPECT_EQ(lines.take("a/0", 50), nullptr);
  EXPECT_NE(lines.any_of("b/0"), nullptr);
}

TEST(WarmLines, TheOneNotUsedForLongestGoes) {
  WarmLines lines(2);
  WarmLines::Clock::time_point const start{};
  EXPECT_TRUE(lines.put("a/0", line(1), start).empty());
  EXPECT_TRUE(lines.put("b/0", line(2), start + 1s).empty());
  auto const parted = lines.put("a/0", line(3), start + 2s);
  ASSERT_EQ(parted.size(), 1U);
  EXPECT_EQ(parted[0]->at, 1U);
  EXPECT_EQ(lines.unused_since(start + 1s).size(), 1U);
  EXPECT_EQ(lines.of_torrent("b/").size(), 0U);
  EXPECT_EQ(lines.of_film("a/0").size(), 1U);
}

QuestionPtr coding(bool ahead, bool sought) {
  auto question = std::make_shared<Question>();
  question->ahead = ahead;
  question->sought = sought;
  return question;
}

TEST(CodingQueue, WhoSeesNothingFirst) {
  CodingQueue queue(1);
  auto const ahead = coding(true, false), reads_on = coding(false, false), sought = coding(false, true);
  for (auto const& question : {ahead, reads_on, sought}) queue.add(question);
  EXPECT_EQ(queue.next(), sought);
  queue.coded(sought);
  EXPECT_EQ(queue.next(), reads_on);
  queue.coded(reads_on);
  EXPECT_EQ(queue.next(), ahead);
}

TEST(CodingQueue, HoldsNoMoreThanItsCodersCanSoonDo) {
  CodingQueue queue(2);
  auto const ahead = coding(true, false), reads_on = coding(false, false);
  EXPECT_TRUE(queue.has_room_for(*ahead));
  queue.add(reads_on);
  EXPECT_FALSE(queue.has_room_for(*ahead));
  int held = 1;
  for (; queue.has_room_for(*reads_on); ++held) queue.add(coding(false, false));
  EXPECT_EQ(held, 8);
  (void)queue.next();
  EXPECT_TRUE(queue.has_room_for(*reads_on));
}

TEST(CodingQueue, WhatIsCodedAheadGivesWay) {
  CodingQueue queue(1);
  auto const ahead = coding(true, false);
  queue.add(ahead);
  EXPECT_EQ(queue.next(), ahead);
  EXPECT_EQ(queue.in_the_way(), nullptr);
  queue.add(coding(false, false));
  EXPECT_EQ(queue.in_the_way(), ahead);
  ahead->withdrawn = true;
  EXPECT_EQ(queue.in_the_way(), nullptr);
}

}  // namespace
