// SPDX-License-Identifier: LGPL-2.1-or-later
// The Scheduler at work: hears the peers, asks them, knows the time. Internal.
#pragma once

#include "swarm/amnesty.hpp"
#include "swarm/demand.hpp"
#include "swarm/early_blocks.hpp"
#include "swarm/network.hpp"
#include "swarm/scheduler.hpp"
#include "swarm/trust.hpp"
#include "swarm/wire.hpp"

#include <libtorrent/fwd.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace swarm {

/// Thread-bound: network thread, but for the constructor.
class Fetcher final : public PeerListener, public Scheduler::Mediator, public std::enable_shared_from_this<Fetcher> {
 public:
  Fetcher(std::shared_ptr<Network> network, std::shared_ptr<EarlyBlocks> early);

  /// libtorrent takes blocks from now on. `verified`: what is known to be there.
  void start(libtorrent::torrent_handle const& torrent, Layout const& layout, std::vector<bool> const& verified,
             Amnesty::Unban unban);
  [[nodiscard]] bool started() const { return scheduler_ != nullptr; }
  /// The torrent leaves libtorrent and will be started again.
  void pause();
  /// For good; everything that comes later is ignored.
  void stop();
  void want(Wants wants);
  void on_verified(int piece);
  void on_failed(int piece);
  /// libtorrent has thrown the failed piece away.
  void on_cleared(int piece);
  /// Nothing more of it is asked for, or read, until the torrent is started again.
  void give_up(int piece);
  /// Asks libtorrent anew which blocks it has: it may have lost or refused some.
  void get_in_step();
  [[nodiscard]] bool has_begun(int piece) const;
  /// What holds up a piece: for logs.
  [[nodiscard]] std::string describe(int piece) const;
  [[nodiscard]] bool alone() const { return peers_.empty(); }
  [[nodiscard]] bool connected(std::string const& host) const;
  /// It was found to send wrong bytes.
  [[nodiscard]] bool lies(std::string const& host) const { return liars_.contains(host); }
  /// Of what all peers bring.
  [[nodiscard]] double trusted_share() const { return scheduler_ ? scheduler_->trusted_share() : 0; }

  // PeerListener
  void on_peer(PeerId id, WirePeer& peer) override;
  void on_unchoke(PeerId id) override;
  void on_choke(PeerId id) override;
  void on_have(PeerId id) override;
  void on_reject(PeerId id, Extent extent) override;
  void on_block(PeerId id, Extent extent) override;
  void on_requested(PeerId id, Extent extent) override;
  void on_queue_limit(PeerId id, int requests) override;
  void on_gone(PeerId id) override;
  void on_banned(PeerAddress address) override;

  // Scheduler::Mediator
  [[nodiscard]] bool has(PeerId peer, int piece) const override;
  [[nodiscard]] bool trusts(PeerId peer) const override { return trust_.trusts(peer); }
  void ask(PeerId peer, Block block) override;

 private:
  struct Peer {
    WirePeer* wire = nullptr;
    bool unchoked = false;
    int limit = 0;
    std::vector<Extent> requests;  // of this turn
  };

  void fill_soon();
  void tick_soon();
  void send();
  void restore(int piece);
  [[nodiscard]] std::optional<Block> block_of(Extent extent) const;

  std::shared_ptr<Network> const network_;
  std::shared_ptr<EarlyBlocks> const early_;
  Trust trust_;
  std::shared_ptr<libtorrent::torrent_handle> torrent_;
  Layout layout_;
  std::unique_ptr<Scheduler> scheduler_;  // null: not started, or stopped
  std::map<PeerId, Peer> peers_;
  std::set<std::string> liars_;  // hosts whose bans stand
  std::set<int> failed_;         // pieces that came with wrong bytes, and not yet with right ones
  Wants wants_;
  std::unique_ptr<Amnesty> amnesty_;
  bool stopped_ = false;
  bool fill_posted_ = false;
  bool ticking_ = false;
};

}  // namespace swarm
