// SPDX-License-Identifier: LGPL-2.1-or-later
// Who asks the producer for what, and who waits for whom: a film whose bytes come when the test says so.
#include "hls/producer.hpp"

#include "hls/films.hpp"
#include "support/eventually.hpp"
#include "support/scripted_reader.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <mutex>

namespace {

using namespace std::chrono_literals;
using hls::Content;
using support::eventually;
using support::Script;

using FactsPtr = std::shared_ptr<hls::Facts const>;

/// Half a minute of 3 Mbit/s: a demuxer can't have all of it in its memory.
std::filesystem::path the_film() {
  return hls_test::film("producer.mkv",
                        "-map 0 -map 1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -b:v 3000k -minrate 3000k "
                        "-maxrate 3000k -bufsize 3000k -x264-params nal-hrd=cbr -c:a aac");
}

/// What was asked, and the answer once it is there.
template <class T>
struct Asked {
  hls::Producer::Ticket ticket;
  std::shared_ptr<std::promise<hls::Outcome<T>>> promise = std::make_shared<std::promise<hls::Outcome<T>>>();
  std::future<hls::Outcome<T>> future = promise->get_future();

  hls::Producer::Answer<T> answer() {
    return [kept = promise](hls::Outcome<T> outcome) { kept->set_value(std::move(outcome)); };
  }
  /// Else the answer was there before the question had been taken down.
  [[nodiscard]] bool waits() const { return ticket.use_count() > 0; }
  [[nodiscard]] bool answered(std::chrono::milliseconds within = 20s) const {
    return future.wait_for(within) == std::future_status::ready;
  }
  hls::Outcome<T> get() {
    if (!answered()) throw std::runtime_error("no answer");
    return future.get();
  }
};

template <class T>
bool cancelled(hls::Outcome<T> const& outcome) {
  try {
    if (outcome.error) std::rethrow_exception(outcome.error);
  } catch (hls::Cancelled const&) {
    return true;
  } catch (...) {
  }
  return false;
}

class Producer : public testing::Test {
 protected:
  Producer() { start({}); }

  void start(hls::Producer::Limits limits) {
    producer.reset();
    limits.folder = folder / "facts";
    producer = std::make_unique<hls::Producer>(limits);
  }
  hls::Origin origin(std::string key = "hash/0") {
    return {.key = std::move(key),
            .name = "film.mkv",
            .sidecars = {},
            .open =
                [this](std::optional<int>) {
                  ++opened;
                  return std::make_unique<support::ScriptedReader>(
                      script, swarm::ReaderOptions{.piece_timeout = 0ms, .verify = swarm::Verify::fast});
                },
            .complete = [] { return false; }};
  }
  Asked<FactsPtr> learn(std::string key = "hash/0") {
    Asked<FactsPtr> asked;
    asked.ticket = producer->learn(origin(std::move(key)), asked.answer());
    return asked;
  }
  Asked<Content> make(std::size_t index) {
    Asked<Content> asked;
    asked.ticket = producer->make(origin(), facts, item(index), asked.answer());
    return asked;
  }
  static hls::Item item(std::size_t index) {
    return {.rendition = {.video = hls::Part{0}, .sound = hls::Part{1}}, .index = index};
  }
  /// The film is known, and nothing of it is here from segment `index` on, but for its first pictures, which end the
  /// one before, and for the end of the film, where its index is.
  void known_up_to(std::size_t index) {
    facts = learn().get().value;
    ASSERT_TRUE(facts);
    ASSERT_GE(facts->segments.size(), 5U);
    script->close({place(index).begin + 500 * support::KiB, place(facts->segments.size() - 1).begin});
  }
  [[nodiscard]] swarm::ByteRange place(std::size_t index) const { return facts->place(index).value(); }
  [[nodiscard]] bool waits() const {
    return eventually([&] { return script->waiting(); });
  }

  support::TempDir folder{"producer"};
  std::shared_ptr<Script> script = std::make_shared<Script>(support::disk_file("film.mkv", the_film()), true);
  std::atomic<int> opened = 0;
  std::unique_ptr<hls::Producer> producer;
  FactsPtr facts;
};

TEST_F(Producer, TheSameQuestionIsWorkedAtOnce) {
  script->close({0, script->content().size});
  auto first = learn(), second = learn();
  ASSERT_TRUE(waits());
  script->open_all();
  auto const known = first.get();
  ASSERT_TRUE(known.value);
  EXPECT_TRUE(known.verified);
  EXPECT_EQ(second.get().value, known.value);
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(learn().get().value, known.value);

  known_up_to(2);
  auto a = make(2), b = make(2), c = make(2);
  ASSERT_TRUE(waits());
  EXPECT_EQ(opened, 1) << "the demuxer that had learnt of the film";
  script->open_all();
  auto const made = a.get().value;
  ASSERT_TRUE(made);
  EXPECT_GT(made->size(), 1'000'000U);
  EXPECT_EQ(b.get().value, made);
  EXPECT_EQ(c.get().value, made);
  auto kept = make(2);
  EXPECT_FALSE(kept.waits());
  EXPECT_EQ(kept.get().value, made);
}

TEST_F(Producer, WhatNobodyWaitsForIsGivenUpAtOnce) {
  known_up_to(2);
  auto asked = make(2);
  ASSERT_TRUE(waits());
  asked.ticket.reset();
  EXPECT_TRUE(eventually([&] { return !script->waiting(); }, 2s));
  EXPECT_FALSE(asked.answered(0s));
  // Whoever asks again is served.
  auto again = make(2);
  ASSERT_TRUE(waits());
  script->open_all();
  EXPECT_TRUE(again.get().value);
  EXPECT_FALSE(asked.answered(0s));
}

TEST_F(Producer, LearningIsGivenUp) {
  script->close({0, script->content().size});
  auto asked = learn();
  ASSERT_TRUE(waits());
  asked.ticket.reset();
  EXPECT_TRUE(eventually([&] { return script->readers() == 0; }, 2s));
  script->open_all();
  EXPECT_TRUE(learn().get().value);
}

TEST_F(Producer, OneWhoLeavesTakesNothingFromTheOthers) {
  known_up_to(2);
  auto stays = make(2), leaves = make(2);
  ASSERT_TRUE(waits());
  leaves.ticket.reset();
  EXPECT_TRUE(script->waiting());
  script->open_all();
  EXPECT_TRUE(stays.get().value);
  EXPECT_FALSE(leaves.answered(0s));
}

TEST_F(Producer, TheNextSegmentIsMadeAhead) {
  known_up_to(3);
  ASSERT_TRUE(make(0).get().value);
  // Nobody asked for it.
  auto const all = place(1).end;
  EXPECT_TRUE(eventually([&] { return script->calls().bytes >= all; }));
  // That it is read doesn't say that it is made yet.
  EXPECT_TRUE(make(1).get().value);
  EXPECT_FALSE(script->waiting()) << "what is not here is not fetched for nobody";
}

TEST_F(Producer, WhoWaitsComesBeforeWhatIsMadeAhead) {
  start({.threads = 1});
  known_up_to(3);
  // On the producer's only thread, before it thinks of segment 1: so that stands behind one that waits for its bytes.
  std::promise<Asked<Content>> asked;
  auto const first =
      producer->make(origin(), facts, item(0), [&](hls::Outcome<Content> const&) { asked.set_value(make(3)); });
  auto missing = asked.get_future().get();
  ASSERT_TRUE(waits());
  // Now somebody wants another one. When it is there, is segment 1, which nobody has asked for?
  std::promise<Asked<Content>> then;
  auto const wanted =
      producer->make(origin(), facts, item(2), [&](hls::Outcome<Content> const&) { then.set_value(make(1)); });
  script->open_all();
  EXPECT_TRUE(missing.get().value);
  auto next = then.get_future().get();
  EXPECT_TRUE(next.waits()) << "what nobody waits for was made first";
  EXPECT_TRUE(next.get().value);
}

TEST_F(Producer, NothingIsKeptThatIsNotVerified) {
  script->set_verified(false);
  auto const known = learn().get();
  facts = known.value;
  ASSERT_TRUE(facts);
  EXPECT_FALSE(known.verified);
  auto const first = make(1).get();
  ASSERT_TRUE(first.value);
  EXPECT_FALSE(first.verified);
  auto second = make(1);
  EXPECT_TRUE(second.waits()) << "it is made again";
  auto const made = second.get();
  EXPECT_NE(made.value, first.value);
  EXPECT_EQ(*made.value, *first.value);
  auto const file = folder / "facts/hash-0.facts";
  EXPECT_FALSE(std::filesystem::exists(file));

  script->set_verified(true);
  EXPECT_TRUE(learn().get().verified);
  auto const sure = make(1).get();
  EXPECT_TRUE(sure.verified);
  EXPECT_EQ(*sure.value, *first.value);
  EXPECT_EQ(make(1).get().value, sure.value);
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(file); }));
}

TEST_F(Producer, WrongBytesAreNotBelieved) {
  known_up_to(2);
  script->open_all();
  script->fail({swarm::Errc::wrong_bytes, "a piece is wrong"}, place(2).begin + 100'000);
  auto const failed = make(2).get();
  EXPECT_FALSE(failed.value);
  EXPECT_THROW(std::rethrow_exception(failed.error), swarm::Error);
  script->clear_failures();
  EXPECT_TRUE(make(2).get().value);
}

TEST_F(Producer, ForgetsATorrent) {
  known_up_to(2);
  auto const other = learn("hash2/0").get().value;
  ASSERT_TRUE(other);
  auto const made = make(1).get().value;
  ASSERT_TRUE(made);
  auto waiting = make(2);
  ASSERT_TRUE(waits());
  producer->forget("hash");
  EXPECT_TRUE(cancelled(waiting.get())) << "who waits is told";
  EXPECT_TRUE(eventually([&] { return script->readers() == 1; })) << script->readers() << ", the other torrent's";
  script->open_all();
  auto again = make(1);
  EXPECT_TRUE(again.waits()) << "nothing of it is kept";
  EXPECT_NE(again.get().value, made);
  EXPECT_EQ(learn("hash2/0").get().value, other) << "only its name begins like the other's";
}

TEST_F(Producer, FilmsAreKnownFromTheDisk) {
  auto const text = to_text(*learn().get().value);
  start({});
  ASSERT_TRUE(eventually([&] { return script->readers() == 0; }));
  opened = 0;
  auto const known = learn().get();
  ASSERT_TRUE(known.value);
  EXPECT_TRUE(known.verified);
  EXPECT_EQ(to_text(*known.value), text);
  EXPECT_EQ(opened, 0) << "not a byte of the film is read";
  // What is damaged is learnt anew.
  auto const file = folder / "facts/hash-0.facts";
  support::write_file(file, text.substr(0, text.size() / 2));
  start({});
  EXPECT_EQ(to_text(*learn().get().value), text);
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(support::read_file(file), text);
}

TEST_F(Producer, TidiesUp) {
  start({.warm_for = 0s});
  ASSERT_TRUE(learn().get().value);
  EXPECT_TRUE(eventually([&] {
    producer->tidy();
    return script->readers() == 0;
  }));
  start({.warm = 0});
  ASSERT_TRUE(learn().get().value);
  EXPECT_TRUE(eventually([&] { return script->readers() == 0; })) << "none stays open";
}

TEST_F(Producer, EndsWhileOthersWait) {
  known_up_to(2);
  auto asked = make(2);
  ASSERT_TRUE(waits());
  auto const before = std::chrono::steady_clock::now();
  producer.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_TRUE(cancelled(asked.get()));
  EXPECT_EQ(script->readers(), 0);
}

}  // namespace
