// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/reader_source.hpp"

#include "support/eventually.hpp"
#include "support/scripted_reader.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace {

using namespace std::chrono_literals;
using support::KiB;
using support::MiB;
using support::Script;

constexpr std::int64_t block = 16 * KiB;

class ReaderSource : public testing::Test {
 protected:
  explicit ReaderSource(std::int64_t size = 8 * MiB + 100)
      : script(std::make_shared<Script>(support::payload_file("film.mkv", size), true)),
        source(std::make_unique<support::ScriptedReader>(script, swarm::ReaderOptions{.piece_timeout = 0ms})) {}

  std::string read(std::int64_t offset, std::size_t count) {
    std::string got(count, '\0');
    got.resize(source.read(offset, std::as_writable_bytes(std::span(got))));
    return got;
  }
  [[nodiscard]] std::string right(std::int64_t offset, std::size_t count) const {
    return script->content().bytes(offset, count);
  }

  std::shared_ptr<Script> script;
  hls::ReaderSource source;
};

TEST_F(ReaderSource, GivesTheFilesBytes) {
  EXPECT_EQ(source.size(), 8 * MiB + 100);
  for (auto const offset : {std::int64_t{0}, block - 1, block, 5 * block + 77, source.size() - 200})
    EXPECT_EQ(read(offset, 200), right(offset, 200)) << offset;
  EXPECT_EQ(read(block / 2, 3 * block), right(block / 2, 3 * block)) << "over several blocks";
  script->set_chunk(1000);
  EXPECT_EQ(read(1 * MiB, 40'000), right(1 * MiB, 40'000)) << "that come in small portions";
}

TEST_F(ReaderSource, EndsWhereTheFileEnds) {
  EXPECT_EQ(read(source.size() - 10, 100), right(source.size() - 10, 10));
  EXPECT_EQ(read(source.size(), 100), "");
  EXPECT_EQ(read(source.size() + block, 100), "");
  EXPECT_EQ(read(-1, 100), "");
  EXPECT_EQ(read(0, 0), "");
}

TEST_F(ReaderSource, ReadsAPlaceOnce) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(read(i * 300, 300), right(i * 300, 300));
  EXPECT_EQ(script->calls().bytes, 2 * block);
}

TEST_F(ReaderSource, KeepsTheFourMiBThatWereUsedLast) {
  for (std::int64_t at = 0; at < 256; ++at) (void)read(at * block, 1);
  auto const before = script->calls().bytes;
  (void)read(0, 1);
  EXPECT_EQ(script->calls().bytes, before);
  (void)read(256 * block, 1);  // in the place of the second one
  (void)read(0, 1);
  EXPECT_EQ(script->calls().bytes, before + block);
  (void)read(block, 1);
  EXPECT_EQ(script->calls().bytes, before + 2 * block);
}

TEST_F(ReaderSource, ACancelledReadSaysSo) {
  (void)read(0, 10);
  script->close({block, source.size()});
  auto reading = std::async(std::launch::async, [&] { return read(block, 10); });
  ASSERT_TRUE(support::eventually([&] { return script->waiting(); }));
  EXPECT_TRUE(source.waits());
  source.cancel();
  EXPECT_THROW((void)reading.get(), hls::Cancelled);
  EXPECT_FALSE(source.waits());
  EXPECT_EQ(read(0, 10), right(0, 10)) << "what is at hand needs nobody";
  EXPECT_THROW((void)read(block, 10), hls::Cancelled) << "until uncancel()";
  source.uncancel();
  script->open_all();
  EXPECT_EQ(read(block, 10), right(block, 10));
}

TEST_F(ReaderSource, ForgetsWhatItHasWhenBytesWereWrong) {
  (void)read(0, 10);
  script->fail({swarm::Errc::wrong_bytes, "a piece is wrong"}, block);
  EXPECT_THROW((void)read(block - 1, 2), swarm::Error);
  script->clear_failures();
  auto const before = script->calls().bytes;
  EXPECT_EQ(read(0, 10), right(0, 10));
  EXPECT_EQ(script->calls().bytes, before + block) << "the first block may be one of the wrong ones";
}

TEST_F(ReaderSource, KeepsAccountOfWhatWasRead) {
  (void)read(3 * block - 1, 2);
  (void)read(0, 1);
  (void)read(3 * block, 5);
  auto const account = source.take_account();
  EXPECT_EQ(account, (hls::ReaderSource::Account{0, 2, 3}));
  EXPECT_TRUE(source.take_account().empty());
  (void)read(0, 1);
  EXPECT_EQ(source.take_account(), (hls::ReaderSource::Account{0})) << "also of what it had kept";
}

TEST_F(ReaderSource, TellsWhatIsVerified) {
  (void)read(0, 1);
  (void)read(5 * block, 1);
  (void)read(source.size() - 1, 1);
  auto const account = source.take_account();
  EXPECT_TRUE(source.verified(account));
  EXPECT_TRUE(source.available({0, source.size()}));
  script->set_verified(false);
  EXPECT_FALSE(source.verified(account));
  EXPECT_FALSE(source.available({0, 1}));
  EXPECT_TRUE(source.verified({})) << "nothing was read";
  script->set_verified(true);
  script->close({6 * block - 1, 6 * block});
  EXPECT_FALSE(source.verified(account)) << "the last byte of a block that was read";
  EXPECT_FALSE(source.available({0, 6 * block}));
  EXPECT_TRUE(source.available({0, 6 * block - 1}));
  script->open_all();
  script->close({6 * block, 7 * block});
  EXPECT_TRUE(source.verified(account)) << "a hole between what was read";
}

}  // namespace
