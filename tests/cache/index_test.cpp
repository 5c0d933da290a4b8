// SPDX-License-Identifier: LGPL-2.1-or-later
// What every backend of the index has to do, and what those have to do that last and that are shared.
#include "cache/index.hpp"

#include "cache/redis_server.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>

namespace {

using cache::Held;
using cache::Index;
using cache::Key;
using testing::ElementsAre;
using testing::IsEmpty;

/// Somewhere to keep an index.
class Place {
 public:
  virtual ~Place() = default;
  virtual std::unique_ptr<cache::Backend> backend(std::string const& node) = 0;
  [[nodiscard]] virtual bool lasts() const { return true; }
  [[nodiscard]] virtual bool shared() const { return false; }
  virtual void take_away() {}
  virtual void give_back() {}
  virtual void empty() {}
};

class InMemory final : public Place {
  std::unique_ptr<cache::Backend> backend(std::string const&) override { return cache::memory_backend(); }
  [[nodiscard]] bool lasts() const override { return false; }
};

class InSqlite final : public Place {
  std::unique_ptr<cache::Backend> backend(std::string const&) override { return cache::sqlite_backend(path_); }
  void take_away() override {
    remove();
    std::filesystem::create_directory(path_);
  }
  void give_back() override { remove(); }
  void empty() override { remove(); }
  void remove() {
    for (auto const* part : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + part);
  }
  support::TempDir folder_;
  std::string path_ = folder_ / "index.sqlite";
};

class InRedis final : public Place {
 public:
  explicit InRedis(bool tls) : server_(tls) {}

 private:
  std::unique_ptr<cache::Backend> backend(std::string const& node) override {
    return cache::redis_backend(server_.url(), support::RedisServer::password, server_.ca(), node);
  }
  [[nodiscard]] bool shared() const override { return true; }
  void take_away() override { server_.stop(); }
  void give_back() override { server_.start(); }
  void empty() override {
    server_.stop();
    server_.start();
  }
  support::RedisServer server_;
};

class Contract : public testing::TestWithParam<char const*> {
 protected:
  Contract() {
    std::string const kind = GetParam();
    if (kind == "memory") place_ = std::make_unique<InMemory>();
    if (kind == "sqlite") place_ = std::make_unique<InSqlite>();
    if (kind == "redis") place_ = std::make_unique<InRedis>(false);
    if (kind == "redis_tls") place_ = std::make_unique<InRedis>(true);
  }
  [[nodiscard]] std::unique_ptr<Index> index(std::string const& node = "one") const {
    return std::make_unique<Index>(place_->backend(node), folder_ / node);
  }

  support::TempDir folder_;
  std::unique_ptr<Place> place_;
  Key const film_{std::string(40, 'a'), 0}, episode_{std::string(40, 'b'), 7};
  Held const whole_{"Film \"1\" \xF0\x9F\x8E\xAC.mkv", 5'000'000'000, 5'000'003'584, true};
  Held const half_{"Episode.mp4", 1000, 500, false};
};

TEST_P(Contract, KnowsWhatItWasTold) {
  auto const index = this->index();
  index->set(film_, whole_, 100);
  index->set(episode_, half_, 200);
  index->opened(film_, whole_, 300);
  index->opened(episode_, half_, 310);
  index->used(episode_, 330);
  index->pin(film_.info_hash, true);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(index->find(film_), (cache::File{whole_, 300, 1}));
    EXPECT_EQ(index->find(episode_), (cache::File{half_, 330, 1}));
    EXPECT_EQ(index->lookups(), (cache::Lookups{1, 1}));
    EXPECT_TRUE(index->pinned(film_.info_hash));
    EXPECT_FALSE(index->pinned(episode_.info_hash));
    EXPECT_EQ(index->sums().files, 2);
    EXPECT_EQ(index->sums().on_disk, whole_.on_disk + half_.on_disk);
    index->exchange();
    EXPECT_EQ(index->trouble(), "");
  }
  index->pin(film_.info_hash, false);
  index->erase(film_);
  index->exchange();
  EXPECT_EQ(index->find(film_), std::nullopt);
  EXPECT_FALSE(index->pinned(film_.info_hash));
  EXPECT_EQ(index->files().size(), 1U);
}

TEST_P(Contract, AFileThatIsOpenedIsKnown) {
  auto const index = this->index();
  index->opened(episode_, half_, 300);
  index->set(episode_, whole_, 400);
  EXPECT_EQ(index->find(episode_), (cache::File{whole_, 300, 1}));
}

TEST_P(Contract, FindsItAgain) {
  if (!place_->lasts()) GTEST_SKIP() << "it does not last";
  {
    auto const index = this->index();
    index->set(film_, whole_, 100);
    index->opened(film_, whole_, 300);
    index->exchange();
    index->set(episode_, half_, 200);
    index->set({"gone", 1}, half_, 200);
    index->opened(film_, whole_, 400);
    index->pin(episode_.info_hash, true);
    index->exchange();
    index->erase({"gone", 1});
    index->exchange();
  }
  auto const index = this->index();
  index->set(film_, whole_, 900);  // the folder is looked through first: that it is there says nothing of its use
  index->opened(film_, whole_, 1000);
  index->exchange();
  EXPECT_EQ(index->find(film_), (cache::File{whole_, 1000, 3}));
  EXPECT_EQ(index->find(episode_), (cache::File{half_, 200, 0}));
  EXPECT_EQ(index->files().size(), 2U);
  EXPECT_EQ(index->lookups(), (cache::Lookups{3, 0}));
  EXPECT_TRUE(index->pinned(episode_.info_hash));
}

TEST_P(Contract, UsedLastIsRemembered) {
  if (!place_->lasts()) GTEST_SKIP() << "it does not last";
  auto before = index();
  before->set(film_, whole_, 100);
  before->exchange();
  before.reset();
  auto const index = this->index();
  index->set(film_, whole_, 900);
  index->exchange();
  EXPECT_EQ(index->find(film_)->last_used, 100);
}

TEST_P(Contract, GoesOnWithoutItsBackend) {
  if (!place_->lasts()) GTEST_SKIP() << "it is never away";
  auto index = this->index();
  index->set(film_, whole_, 100);
  index->opened(film_, whole_, 300);
  index->exchange();
  place_->take_away();
  index->set(episode_, half_, 200);
  index->opened(film_, whole_, 400);
  index->pin(film_.info_hash, true);
  for (int round = 0; round < 2; ++round) {
    index->exchange();
    EXPECT_NE(index->trouble(), "");
    EXPECT_EQ(index->find(film_), (cache::File{whole_, 400, 2}));
  }
  index->opened(episode_, half_, 500);
  index->erase(film_);
  index->set(film_, whole_, 600);
  place_->give_back();
  index->exchange();
  EXPECT_EQ(index->trouble(), "");

  index = this->index();
  index->exchange();
  EXPECT_EQ(index->files().size(), 2U);
  EXPECT_EQ(index->find(episode_), (cache::File{half_, 500, 1}));
  EXPECT_TRUE(index->pinned(film_.info_hash));
}

TEST_P(Contract, StartsWithoutItsBackend) {
  if (!place_->lasts()) GTEST_SKIP() << "it is never away";
  index()->exchange();
  {
    auto const before = index();
    before->set(film_, whole_, 100);
    before->exchange();
  }
  place_->take_away();
  auto const index = this->index();
  index->set(episode_, half_, 200);
  index->exchange();
  EXPECT_NE(index->trouble(), "");
  EXPECT_EQ(index->find(episode_), (cache::File{half_, 200, 0}));
}

TEST_P(Contract, BringsAllToABackendThatLostIt) {
  if (!place_->lasts()) GTEST_SKIP() << "it can't lose what it does not keep";
  auto index = this->index();
  for (int i = 0; i < 3; ++i) index->set({film_.info_hash, i}, whole_, 100);
  index->exchange();
  place_->empty();
  index->exchange();  // one that was restarted is noticed by its broken connection first
  index->exchange();
  EXPECT_EQ(index->trouble(), "");
  index = this->index();
  index->exchange();
  EXPECT_EQ(index->files().size(), 3U);
}

TEST_P(Contract, PinsOutliveWhatForgetsThem) {
  auto index = this->index();
  index->pin(film_.info_hash, true);
  index->pin(episode_.info_hash, true);
  index->exchange();
  index->pin(episode_.info_hash, false);
  index->exchange();
  index = this->index();
  EXPECT_TRUE(index->pinned(film_.info_hash)) << "before the backend is asked";
  EXPECT_FALSE(index->pinned(episode_.info_hash));
  place_->empty();
  for (int round = 0; round < 3; ++round) {
    index->exchange();
    EXPECT_TRUE(index->pinned(film_.info_hash)) << "after it has lost all";
  }
  EXPECT_EQ(index->trouble(), "");
  index->pin(film_.info_hash, false);
  index->exchange();
  index = this->index();
  index->exchange();
  EXPECT_FALSE(index->pinned(film_.info_hash));
}

TEST_P(Contract, PinsOfSeveralNodesOutliveThemAll) {
  if (!place_->shared()) GTEST_SKIP() << "it is not shared";
  auto const one = index("one"), two = index("two");
  one->pin(film_.info_hash, true);
  two->pin(episode_.info_hash, true);
  for (int round = 0; round < 4; ++round) {
    for (auto* node : {one.get(), two.get()}) {
      node->exchange();
      if (round != 0) {
        EXPECT_TRUE(node->pinned(film_.info_hash));
        EXPECT_TRUE(node->pinned(episode_.info_hash));
      }
    }
    if (round == 1) place_->empty();
  }
  one->pin(film_.info_hash, false);
  one->exchange();
  two->exchange();
  EXPECT_FALSE(two->pinned(film_.info_hash)) << "what one of them unpins";
}

TEST_P(Contract, TenThousandFiles) {
  auto const index = this->index();
  for (int i = 0; i < 10'000; ++i) index->set({film_.info_hash, i}, whole_, i);
  index->exchange();
  EXPECT_EQ(index->trouble(), "");
  for (int i = 0; i < 10'000; ++i) index->opened({film_.info_hash, i}, whole_, 20'000);
  for (int i = 0; i < 9'000; ++i) index->erase({film_.info_hash, i});
  index->exchange();
  EXPECT_EQ(index->trouble(), "");
  if (!place_->lasts()) return;
  auto const again = this->index();
  again->exchange();
  EXPECT_EQ(again->files().size(), 1000U);
  EXPECT_EQ(again->find({film_.info_hash, 9'999}), (cache::File{whole_, 20'000, 1}));
}

TEST_P(Contract, ManyThreads) {
  auto const index = this->index();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        index->set({film_.info_hash, i}, half_, i);
        index->opened({film_.info_hash, i}, t % 2 == 0 ? whole_ : half_, i);
        if (i % 50 == 0) index->exchange();
      }
    });
  for (auto& thread : threads) thread.join();
  index->exchange();
  EXPECT_EQ(index->lookups(), (cache::Lookups{600, 600}));
  for (auto const& [key, file] : index->files()) EXPECT_EQ(file.opens, 4);
}

TEST_P(Contract, SeveralNodes) {
  if (!place_->shared()) GTEST_SKIP() << "it is not shared";
  auto const one = index("one"), two = index("two");
  one->set(film_, whole_, 100);
  two->set(film_, whole_, 100);
  two->set(episode_, half_, 100);
  for (auto const& node : {one.get(), two.get()}) {
    node->opened(film_, whole_, 200);
    node->exchange();
  }
  two->pin(film_.info_hash, true);
  two->opened(film_, half_, 300);
  two->exchange();
  one->exchange();
  EXPECT_EQ(one->find(film_), (cache::File{whole_, 200, 3}));
  EXPECT_EQ(one->find(episode_), std::nullopt) << "that is the other node's";
  EXPECT_EQ(one->lookups(), (cache::Lookups{2, 1}));
  EXPECT_TRUE(one->pinned(film_.info_hash));
  EXPECT_THAT(one->holders(film_), ElementsAre("two"));
  EXPECT_THAT(two->holders(film_), ElementsAre("one"));
  EXPECT_THAT(one->holders(episode_), IsEmpty()) << "it is not complete";

  // Who still has it knows how popular it is.
  one->erase(film_);
  one->exchange();
  two->exchange();
  EXPECT_EQ(two->find(film_)->opens, 3);
  EXPECT_THAT(two->holders(film_), IsEmpty());
  two->erase(film_);
  two->exchange();
  one->set(film_, whole_, 400);
  one->exchange();
  EXPECT_EQ(one->find(film_)->opens, 0);
}

INSTANTIATE_TEST_SUITE_P(Backends, Contract, testing::Values("memory", "sqlite", "redis", "redis_tls"),
                         [](auto const& info) { return std::string(info.param); });

TEST(Sqlite, ADamagedFileIsPutAside) {
  support::TempDir folder;
  auto const path = folder / "index.sqlite";
  support::write_file(path, std::string(10'000, 'x'));
  Index index(cache::sqlite_backend(path));
  index.set({"a", 0}, {"film", 1, 1, true}, 1);
  index.exchange();
  EXPECT_NE(index.trouble(), "");
  index.exchange();
  EXPECT_EQ(index.trouble(), "");
  EXPECT_EQ(support::read_file(path + ".broken"), std::string(10'000, 'x'));
}

TEST(Redis, SaysWhatIsWrong) {
  EXPECT_ANY_THROW(cache::redis_backend("localhost:6379", "", "", "one"));
  EXPECT_ANY_THROW(cache::redis_backend("redis://localhost/films", "", "", "one"));
  support::RedisServer const server;
  Index index(cache::redis_backend(server.url(), "wrong", "", "one"));
  index.exchange();
  EXPECT_THAT(index.trouble(),
              testing::AllOf(testing::HasSubstr("WRONGPASS"), testing::Not(testing::HasSubstr("wrong "))));
  support::RedisServer const tls(true);
  Index stranger(cache::redis_backend(tls.url(), support::RedisServer::password, "", "one"));
  stranger.exchange();
  EXPECT_THAT(stranger.trouble(), testing::HasSubstr("certificate"));
}

TEST(Redis, OneThatAnswersNothingIsAway) {
  support::RedisServer server;
  Index index(cache::redis_backend(server.url(), support::RedisServer::password, "", "one"));
  index.set({"a", 0}, {"film", 1, 1, true}, 1);
  index.exchange();
  server.freeze();
  index.set({"b", 0}, {"film", 1, 1, true}, 1);
  index.exchange();
  EXPECT_THAT(index.trouble(), testing::HasSubstr("timed out"));
  server.thaw();
  index.exchange();
  EXPECT_EQ(index.trouble(), "");
}

}  // namespace
