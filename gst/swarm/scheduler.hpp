// SPDX-License-Identifier: LGPL-2.1-or-later
// Which block to ask of which peer, and when. Pure; reentrant; time is an argument.
#pragma once

#include "swarm/block_map.hpp"
#include "swarm/demand.hpp"
#include "swarm/layout.hpp"
#include "swarm/peer_window.hpp"
#include "swarm/retries.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace swarm {

/// Each wanted block is asked of one peer, of a second one when it does not come in time. What is hot goes to the
/// peers from which it would come first, the rest in order to whoever has room. Nothing is ever cancelled: with short
/// windows all is on its way already.
///
/// Events change what it knows; fill() asks for what can be asked for then. While active(), tick() every 10 ms.
class Scheduler {
 public:
  using Time = PeerWindow::Time;
  using PeerId = int;

  /// What it needs of the world. Called by fill() and tick() only.
  class Mediator {
   public:
    virtual ~Mediator() = default;
    [[nodiscard]] virtual bool has(PeerId peer, int piece) const = 0;
    [[nodiscard]] virtual bool trusts(PeerId peer) const = 0;
    virtual void ask(PeerId peer, Block block) = 0;
  };

  Scheduler(Layout const& layout, Mediator& mediator);

  void want(Wants const& wants);

  /// Peers are known from their first event on.
  void unchoked(PeerId peer);
  void choked(PeerId peer, Time now);  ///< whatever it was asked for is dropped
  void gone(PeerId peer);
  void got_more(PeerId peer);         ///< it has a piece more
  void limit(PeerId peer, int most);  ///< it drops requests beyond so many
  void rejected(PeerId peer, Block block, Time now);
  /// Asked by others in our name.
  void asked(PeerId peer, Block block, Time now);
  void arrived(PeerId peer, Block block, int bytes, Time now);

  void verified(int piece);
  /// After a piece failed, or to get in step again: these blocks of it are here.
  void restored(int piece, std::vector<bool> const& here);
  /// From now on the piece is fetched from one peer alone, not from one from which it was before.
  void distrust(int piece);

  void fill(Time now);
  void tick(Time now);
  /// Something is under way or a peer rests: time matters.
  [[nodiscard]] bool active() const;
  /// Of what all peers bring: by those that are trusted.
  [[nodiscard]] double trusted_share() const;

  [[nodiscard]] BlockMap const& blocks() const { return blocks_; }
  /// What is known of a piece, and of the peers as to it: for logs.
  [[nodiscard]] std::string describe(int piece, Time now) const;

 private:
  struct Request {
    Block block;
    PeerWindow::Sent sent;
    bool by_others = false;  ///< nobody has weighed whether it would come in time
  };
  /// Blocks, counted through the torrent: [begin, end).
  struct Run {
    std::int64_t begin = 0;
    std::int64_t end = 0;
    [[nodiscard]] bool contains(std::int64_t index) const { return index >= begin && index < end; }
  };
  struct Lane : Run {
    std::int64_t cursor = 0;  ///< nothing is open before it
  };
  struct Peer {
    PeerWindow window;
    std::deque<Request> requests;
    bool unchoked = false;
    bool suspect = false;  ///< silent while it owes
    int limit = 250;
    bool gave = false;   ///< since it unchoked
    int rejections = 0;  ///< in a row; a choke that drops requests is one, if it gave nothing
    Time rests_until;
    Run run;  ///< what it takes next, far from the readers
    [[nodiscard]] bool owes(Block block) const;
    std::uint64_t sated = 0;  ///< nothing there for it in this generation
  };
  using Entry = std::pair<PeerId const, Peer>;
  /// How all peers stand; computed once for each turn.
  struct Outlook {
    PeerWindow::Seconds best{0};
    double rate = 0;
  };

  [[nodiscard]] Block block_at(std::int64_t index) const;
  [[nodiscard]] std::int64_t index_of(Block block) const;
  [[nodiscard]] bool ready(Peer const& peer, Time now) const;
  [[nodiscard]] bool usable(Entry const& entry, int piece, Time now) const;
  [[nodiscard]] bool gives(Entry const& entry, int piece, Time now) const;
  [[nodiscard]] bool left_to_trusted(int piece, Time now) const;
  [[nodiscard]] PeerWindow::Seconds eta(Peer const& peer, Time now) const;
  [[nodiscard]] Outlook look(Time now) const;
  [[nodiscard]] int room(Peer const& peer) const;
  Entry* earliest(int piece, Time now, Block const* not_owed = nullptr);
  [[nodiscard]] Run hot_in(int piece) const;
  [[nodiscard]] Run whole(int piece) const;
  [[nodiscard]] int pending(Run run) const;

  void ask(Entry& entry, Block block, Time now);
  void ask_urgent(Time now);
  bool ask_one(Entry& entry, Outlook const& outlook, Time now);
  bool ask_hot(Entry& entry, Outlook const& outlook, Time now, bool& postponed);
  bool ask_lanes(Entry& entry, Outlook const& outlook, Time now);
  bool ask_in(Entry& entry, Lane& lane, std::int64_t from, Time now, bool mind_runs);
  bool ask_begun(Entry& entry, Time now);
  /// First open block of the range for this peer, -1 if there is none; not in runs of others at or beyond `runs_from`,
  /// not what is hot unless that is `hot_too`.
  std::int64_t find(Entry const& entry, Run range, Time now, std::int64_t runs_from = no_runs) const;
  static constexpr std::int64_t no_runs = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t hot_too = no_runs - 1;
  [[nodiscard]] Run const* run_of_others(Entry const& entry, std::int64_t index) const;
  void begin_run(Peer& peer, Lane const& lane, std::int64_t index);
  void advance(Lane& lane) const;
  void hedge(Entry& entry, Time now);
  /// So late that another peer, which would take so long, is to be asked, too.
  [[nodiscard]] bool overdue(Peer const& peer, Request const& request, PeerWindow::Seconds other, Time now) const;
  [[nodiscard]] bool overdue_everywhere(Block block, PeerWindow::Seconds other, Time now) const;
  void give_up(Entry& entry, Time now);
  [[nodiscard]] PeerWindow::Seconds eta_of_all(Peer const& peer, int piece, Time now) const;
  [[nodiscard]] PeerId best_alone(int piece, PeerId left, std::set<PeerId> const& tried, Time now) const;
  void choose_alone(Time now);
  void leave_late(Time now);
  void drop_requests(Peer& peer);
  /// It has refused what it was asked for.
  static void refused(Peer& peer, Time now);
  void reopened();

  BlockMap blocks_;
  Mediator& mediator_;
  std::map<PeerId, Peer> peers_;
  std::vector<Hot> hot_;
  std::unordered_map<int, Run> hot_in_;  ///< by piece
  std::vector<Lane> lanes_;              ///< the readers' windows
  Lane keep_;
  std::set<int> early_;  ///< pieces under way that somebody reads before they are verified, if trusted peers give them
  bool searching_ = false;
  std::size_t turn_ = 0;
  Retries retries_;
  std::uint64_t generation_ = 1;
};

}  // namespace swarm
