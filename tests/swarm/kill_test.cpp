// SPDX-License-Identifier: LGPL-2.1-or-later
// kill -9 at random moments: what was shown as verified is neither fetched nor hashed again.
#include "live.hpp"
#include "support/child.hpp"

#include <random>
#include <regex>

namespace {

using namespace live;

/// The largest "verified N" of the output.
std::int64_t verified(std::string const& out) {
  std::int64_t most = 0;
  std::regex const line("verified ([0-9]+)\n");
  for (std::sregex_iterator i(out.begin(), out.end(), line), end; i != end; ++i)
    most = std::max<std::int64_t>(most, std::stoll((*i)[1]));
  return most;
}

TEST_F(Live, NothingVerifiedIsLostWhenTheProcessIsKilled) {
  constexpr std::int64_t size = 24 * MiB;
  constexpr int piece = 256 * KiB;
  constexpr int kills = 20;
  support::Swarm peers(support::make_torrent("film.mkv", size, piece), 2, {.upload_limit = 4 * MiB});
  std::mt19937 random(3);
  std::int64_t shown = 0;
  for (int i = 0; i < kills; ++i) {
    support::Child child({KILLED_DOWNLOADER, peers.magnet(), folder / "client", support::own_address()});
    ASSERT_TRUE(child.wait_for_line("start")) << child.err();
    // after a random number of reads of this run
    int const reads = std::uniform_int_distribution<int>(1, 6)(random);
    for (int n = 0; n < reads; ++n)
      if (!child.wait_for_line("verified|end")) break;
    child.kill();
    child.wait();
    auto const now = verified(child.out());
    EXPECT_GE(now, shown) << "run " << i;
    shown = std::max(shown, now);
  }
  EXPECT_GT(shown, 0);
  auto torrent = add(peers.magnet());
  EXPECT_TRUE(eventually([&] { return torrent->metadata() && torrent->downloaded(0) >= shown; }));
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), size)));
  // Every kill costs at the most the blocks of pieces that were under way: those asked for ahead, a few a peer.
  EXPECT_LE(peers.wasted(), kills * 10 * piece);
}

}  // namespace
