// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes that were served before their piece was verified (TORRENT_VERIFY), and turn out wrong: the connection ends
// short, so that no client takes what it got for the whole file.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/link.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using support::http::Connection;
using testing::HasSubstr;

constexpr std::int64_t film = 8 * MiB;

class Early : public testing::Test {
 protected:
  void serve(char const* verify, support::Corruption const& corrupt, int piece = 2 * MiB) {
    swarm_ = std::make_unique<support::Swarm>(support::make_torrent("film.mkv", film, piece), 1,
                                              support::SeederOptions{.upload_limit = 12 * MiB, .corrupt = corrupt});
    server_ = std::make_unique<Running>(
        Environment{{"TORRENT_VERIFY", verify}, {"TORRENT_KEEP", "false"}, {"READ_TIMEOUT", "3000"}});
    ASSERT_EQ(server_->add(swarm_->magnet()).status(), 200);
  }
  /// Another peer, who tells the truth.
  void add_honest() {
    auto const& peer = swarm_->add({});
    ASSERT_EQ(server_->add(swarm_->torrent().magnet({peer.endpoint()})).status(), 200);
  }
  [[nodiscard]] std::string target() const { return "/stream/proxy/" + swarm_->torrent().key; }

  std::unique_ptr<support::Swarm> swarm_;
  std::unique_ptr<Running> server_;
};

TEST_F(Early, WrongBytesEndTheConnectionShort) {
  serve("fast", {.pieces = {1}});
  Connection client(server_->at());
  client.send({.target = target()});
  auto const head = client.read_head();
  ASSERT_EQ(head.status, 200);
  EXPECT_EQ(head["Content-Length"], std::to_string(film));
  auto const got = client.read_body(head);
  EXPECT_FALSE(got.complete) << "it has all the bytes that were announced, and some are wrong";
  EXPECT_GE(got.body.size(), 2u * MiB) << "the first piece is right";
  EXPECT_LT(got.body.size(), static_cast<std::size_t>(film));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(support::Payload().matches(0, std::string_view(got.body).substr(0, 2 * MiB)));
  // From then on the truth, as soon as somebody has it.
  add_honest();
  auto const again = server_->get(target());
  EXPECT_TRUE(again.complete);
  EXPECT_TRUE(support::Payload().matches(0, again.body));
}

// Nobody is given anything before it is verified: the wrong piece is not there, that is all.
TEST_F(Early, StrictGivesNoWrongByte) {
  serve("strict", {.pieces = {1}});
  Connection client(server_->at());
  client.send({.target = target()});
  auto const head = client.read_head();
  ASSERT_EQ(head.status, 200);
  std::string body;
  while (body.size() < 2u * MiB) body += client.read_exactly(64 * KiB);
  add_honest();
  body += client.read_exactly(static_cast<std::size_t>(film) - body.size());
  EXPECT_TRUE(support::Payload().matches(0, body));
}

TEST_F(Early, TrustIsNotGivenToWhoHasNotEarnedIt) {
  serve("trusted", {.every = 7, .first = 3}, 256 * KiB);
  add_honest();
  for (auto const* range : {"bytes=0-", "bytes=5000000-", "bytes=1000000-3000000"}) {
    auto const got = server_->get(target(), {{"Range", range}});
    ASSERT_TRUE(got.complete) << range;
    EXPECT_TRUE(support::Payload().matches(std::atoll(range + 6), got.body)) << range;
  }
}

}  // namespace
