// SPDX-License-Identifier: LGPL-2.1-or-later
// What viewers get of films whose bytes come, come late, or never come.
#include "hls/films.hpp"
#include "hls/producer.hpp"
#include "support/eventually.hpp"
#include "support/scripted_reader.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

namespace {

using namespace hls;
using support::eventually;
using support::Script;

std::string const film_name = "producer.mkv";

/// A film whose bytes come when the script says so.
struct Source {
  std::shared_ptr<Script> script;
  Origin origin;
};

Source source(std::string const& key, bool ready) {
  auto const path = hls_test::film(film_name, "-map 0 -map 1 -c:v libx264 -preset superfast -g 50 -c:a aac");
  Source made{std::make_shared<Script>(support::disk_file(film_name, path), ready), {}};
  made.origin.key = key;
  made.origin.name = film_name;
  made.origin.open = [script = made.script](std::optional<int>) {
    return std::make_unique<support::ScriptedReader>(script);
  };
  made.origin.complete = [] { return false; };
  return made;
}

/// An answer that comes on any thread.
template <class T>
class Awaited {
 public:
  std::function<void(Outcome<T>)> answer() {
    return [state = state_](Outcome<T> outcome) {
      std::lock_guard lock(state->mutex);
      state->outcome = std::move(outcome);
    };
  }
  [[nodiscard]] bool there() const {
    std::lock_guard lock(state_->mutex);
    return state_->outcome.has_value();
  }
  /// Throws what went wrong.
  Outcome<T> wait() {
    EXPECT_TRUE(eventually([this] { return there(); }, std::chrono::seconds(30)));
    std::lock_guard lock(state_->mutex);
    if (state_->outcome->error) std::rethrow_exception(state_->outcome->error);
    return *state_->outcome;
  }
  Producer::Ticket ticket;

 private:
  struct State {
    std::mutex mutex;
    std::optional<Outcome<T>> outcome;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};
using Segment = Awaited<Content>;

std::shared_ptr<Facts const> learn(Producer& producer, Origin const& origin) {
  Awaited<std::shared_ptr<Facts const>> facts;
  facts.ticket = producer.learn(origin, facts.answer());
  return facts.wait().value;
}

Segment ask(Producer& producer, Origin const& origin, std::shared_ptr<Facts const> const& facts, std::size_t index) {
  Segment segment;
  segment.ticket = producer.make(origin, facts, {.rendition = {.video = Part{0}, .sound = Part{1}}, .index = index},
                                 segment.answer());
  return segment;
}

Content made(Producer& producer, Origin const& origin, std::shared_ptr<Facts const> const& facts, std::size_t index) {
  return ask(producer, origin, facts, index).wait().value;
}

std::vector<std::filesystem::path> files(std::string const& folder) {
  std::vector<std::filesystem::path> found;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) found.push_back(entry.path());
  return found;
}

TEST(ProducerSource, ItsAccountMayBeTakenWhileADemuxerStillReads) {
  constexpr std::int64_t block = 16 * 1024, blocks = 1000;
  auto const script = std::make_shared<Script>(support::payload_file("film.mkv", block * blocks), true);
  ReaderSource source(std::make_unique<support::ScriptedReader>(script));
  std::atomic<bool> reading = true;
  std::thread reader([&] {
    std::byte byte{};
    for (std::int64_t i = 0; i < blocks; ++i) EXPECT_EQ(source.read((i * 7 % blocks) * block, {&byte, 1}), 1U);
    reading = false;
  });
  std::set<std::int64_t> noted;
  while (reading)
    for (auto const index : source.take_account()) EXPECT_TRUE(noted.insert(index).second);
  reader.join();
  for (auto const index : source.take_account()) EXPECT_TRUE(noted.insert(index).second);
  EXPECT_EQ(noted.size(), static_cast<std::size_t>(blocks));
}

TEST(ProducerOfSwarms, AFilmWhoseSwarmIsDeadHoldsUpNobody) {
  auto const healthy = source("aa/0", true), dead = source("bb/0", false);
  Producer producer({.threads = 1});
  auto const facts = learn(producer, healthy.origin);
  ASSERT_GT(facts->segments.size(), 4U);
  std::vector<Segment> waiting;
  for (std::size_t i = 0; i < 5; ++i) waiting.push_back(ask(producer, dead.origin, facts, i));
  ASSERT_TRUE(eventually([&] { return dead.script->waiting(); }));

  std::vector<Content> contents;
  for (std::size_t i = 0; i < 5; ++i) contents.push_back(made(producer, healthy.origin, facts, i));
  for (auto const& segment : waiting) EXPECT_FALSE(segment.there());
  EXPECT_EQ(dead.script->readers(), 1) << "and takes no more than its share";

  dead.script->open_all();
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(*waiting[i].wait().value, *contents[i]) << i;
}

TEST(ProducerOfSwarms, WhoLeavesGivesUpHisPlace) {
  auto const dead = source("bb/0", false), healthy = source("aa/0", true);
  Producer producer({.threads = 1});
  auto const facts = learn(producer, healthy.origin);
  auto left = ask(producer, dead.origin, facts, 3), stays = ask(producer, dead.origin, facts, 0);
  ASSERT_TRUE(eventually([&] { return dead.script->waiting(); }));
  left.ticket.reset();
  ASSERT_TRUE(eventually([&] { return dead.script->calls().cancels > 0; }));
  dead.script->open_all();
  EXPECT_FALSE(stays.wait().value->empty());
  EXPECT_FALSE(left.there());
}

TEST(ProducerOfSwarms, SegmentsOnDiskSurviveARestart) {
  support::TempDir const folder;
  Producer::Limits const limits{.cache_bytes = 0,
                                .cache_folder = folder.str(),
                                .folder_bytes = 100'000'000,
                                .version = "1",
                                .folder = folder / "facts"};
  auto const film = source("aa/0", true);
  std::shared_ptr<Facts const> facts;
  Content first;
  {
    Producer producer(limits);
    facts = learn(producer, film.origin);
    first = made(producer, film.origin, facts, 2);
    EXPECT_GE(producer.made(), 1);
  }
  auto const nothing = source("aa/0", false);
  Producer producer(limits);
  EXPECT_EQ(learn(producer, nothing.origin)->segments, facts->segments);
  auto const again = ask(producer, nothing.origin, facts, 2).wait();
  EXPECT_EQ(*again.value, *first);
  EXPECT_TRUE(again.verified);
  EXPECT_EQ(nothing.script->readers(), 0) << "the film isn't touched";
  EXPECT_EQ(producer.made(), 0);

  producer.forget("aa");
  EXPECT_TRUE(eventually([&] {
    for (auto const& file : files(folder.str()))
      if (file.extension() != ".facts") return false;
    return true;
  }));
}

TEST(ProducerOfSwarms, WhatIsNotVerifiedIsNotKept) {
  support::TempDir const folder;
  auto const film = source("aa/0", true);
  film.script->set_verified(false);
  {
    Producer producer({.cache_folder = folder.str(), .folder_bytes = 100'000'000, .version = "1"});
    auto const facts = learn(producer, film.origin);
    EXPECT_FALSE(ask(producer, film.origin, facts, 1).wait().verified);
  }
  EXPECT_TRUE(files(folder.str()).empty());
}

}  // namespace
