// SPDX-License-Identifier: LGPL-2.1-or-later
// What liars can do to somebody who jumps about and reads blocks of trusted peers: simulated swarms. No clock.
#include "swarm/trust.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace swarm {
namespace {

constexpr int peers = 5;
constexpr int jumps_in_a_row = 20;
constexpr int rows = 5;

struct Liars {
  int count;
  int every;  ///< so manieth block of theirs is wrong, by chance
};

/// Somebody jumps, again and again, to pieces where nobody was, reads a portion and leaves the piece as it is. What was
/// left is finished after a row of jumps: liars have all that time.
class Film {
 public:
  struct Outcome {
    int jumps = 0;
    int early = 0;  ///< served before the piece was whole
    int wrong = 0;  ///< with a wrong byte
  };

  Film(unsigned seed, int piece_blocks, int portion, Liars liars)
      : random_(seed), piece_blocks_(piece_blocks), portion_(portion) {
    for (int id = 0; id < peers; ++id) peers_.push_back({pick(1, 5), id < liars.count ? 1.0 / liars.every : 0.0});
  }

  Outcome watch(bool everybody_is_trusted) {
    Outcome outcome;
    for (int row = 0; row < rows; ++row) {
      for (int n = 0; n < jumps_in_a_row; ++n) jump(everybody_is_trusted, outcome);
      for (auto const& piece : std::exchange(unfinished_, {})) finish(piece);
    }
    return outcome;
  }

 private:
  struct Peer {
    int rate;
    double lies;
    bool banned = false;
  };
  struct Piece {
    int number = 0;
    int blocks = 0;
    bool wrong = false;
  };
  int pick(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }

  std::optional<int> giver(bool trusted) {
    std::vector<int> drawn;  // as often as it is fast
    for (int id = 0; id < peers; ++id) {
      auto const& peer = peers_[static_cast<std::size_t>(id)];
      if (!peer.banned && (!trusted || trust_.trusts(id))) drawn.insert(drawn.end(), peer.rate, id);
    }
    if (drawn.empty()) return std::nullopt;
    return drawn[static_cast<std::size_t>(pick(0, static_cast<int>(drawn.size()) - 1))];
  }
  void give(Piece& piece, int peer) {
    trust_.gave(peer, piece.number);
    ++piece.blocks;
    piece.wrong = std::bernoulli_distribution(peers_[static_cast<std::size_t>(peer)].lies)(random_) || piece.wrong;
  }
  void jump(bool everybody_is_trusted, Outcome& outcome) {
    ++outcome.jumps;
    Piece piece{next_++};
    while (piece.blocks < portion_ && (everybody_is_trusted || piece.blocks < trust_.credit())) {
      auto const peer = giver(!everybody_is_trusted);
      if (!peer) break;
      give(piece, *peer);
    }
    outcome.early += piece.blocks > 0;
    outcome.wrong += piece.wrong;
    if (piece.blocks == portion_)
      unfinished_.push_back(piece);
    else
      finish(piece);
  }
  void finish(Piece piece) {
    bool const early = piece.blocks > 0;  // then others must not spoil the rest
    while (piece.blocks < piece_blocks_) {
      auto const peer = early ? giver(true) : std::nullopt;
      give(piece, peer ? *peer : *giver(false));
    }
    while (piece.wrong) {
      trust_.failed(piece.number);
      // Again, from one alone, who goes if it lies.
      piece = {piece.number};
      int const peer = *giver(false);
      while (piece.blocks < piece_blocks_) give(piece, peer);
      if (!piece.wrong) continue;
      trust_.gone(peer);
      peers_[static_cast<std::size_t>(peer)].banned = true;
    }
    trust_.verified(piece.number);
  }

  std::mt19937 random_;
  int const piece_blocks_;
  int const portion_;
  std::vector<Peer> peers_;
  Trust trust_;
  int next_ = 0;
  std::vector<Piece> unfinished_;
};

class TrustSwarms : public testing::TestWithParam<Liars> {};

TEST_P(TrustSwarms, LiarsHardlyEverGetThrough) {
  for (int const piece_blocks : {32, 256})
    for (int const portion : {4, 16}) {
      double jumps = 0, wrong = 0, wrong_of_all = 0;
      for (unsigned seed = 0; seed < 40; ++seed) {
        auto const trusted = Film(seed, piece_blocks, portion, GetParam()).watch(false);
        auto const fast = Film(seed, piece_blocks, portion, GetParam()).watch(true);
        jumps += trusted.jumps;
        wrong += trusted.wrong;
        wrong_of_all += fast.wrong;
      }
      SCOPED_TRACE(std::to_string(piece_blocks) + " blocks a piece, portions of " + std::to_string(portion));
      RecordProperty("wrong" + std::to_string(piece_blocks) + "x" + std::to_string(portion),
                     std::to_string(wrong / jumps));
      EXPECT_LE(wrong / jumps, 0.01);
      EXPECT_LE(wrong, wrong_of_all);
      if (GetParam().every <= 10) {
        EXPECT_LE(wrong, wrong_of_all / 30);
      }
    }
}

Liars const liars[] = {{1, 3},   {2, 3},   {1, 10},  {2, 10},  {1, 30},  {2, 30},
                       {1, 100}, {2, 100}, {1, 300}, {2, 300}, {2, 1000}};
INSTANTIATE_TEST_SUITE_P(Table, TrustSwarms, testing::ValuesIn(liars), [](auto const& i) {
  return std::to_string(i.param.count) + "OfFiveEvery" + std::to_string(i.param.every);
});

TEST(TrustSwarm, HonestOnesAreTrustedSoon) {
  int early = 0;
  for (unsigned seed = 0; seed < 100; ++seed) early += Film(seed, 32, 4, {0, 1}).watch(false).early;
  EXPECT_GE(early, 100 * (jumps_in_a_row * rows - 8));
}

}  // namespace
}  // namespace swarm
