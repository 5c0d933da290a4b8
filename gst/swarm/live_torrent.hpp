// SPDX-License-Identifier: LGPL-2.1-or-later
// The Torrent behind the interface: it outlives libtorrent's handle. Internal.
#pragma once

#include "swarm/bands.hpp"
#include "swarm/error.hpp"
#include "swarm/fetcher.hpp"
#include "swarm/guarded.hpp"
#include "swarm/ledger.hpp"
#include "swarm/ram_storage.hpp"
#include "swarm/resume.hpp"
#include "swarm/services.hpp"
#include "swarm/store.hpp"
#include "swarm/torrent.hpp"
#include "swarm/watches.hpp"
#include "swarm/wire.hpp"

#include <libtorrent/fwd.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace swarm {

class TorrentReader;

/// Thread-safe but where a function says which thread. Locks are taken one at a time, never while calling out.
class LiveTorrent final : public Torrent, public StorageOwner, public WireListener {
 public:
  /// What is known before libtorrent has the torrent.
  struct Known {
    InfoHash hash;
    std::string name;
    Remembered remembered;
    std::shared_ptr<libtorrent::torrent_info const> info;  ///< null: the swarm has to give the metadata
    std::vector<bool> verified;                            ///< pieces that the journal vouches for; empty: none
    bool journal_anew = true;
    std::optional<std::int64_t> ram_budget;  ///< held in memory, not in files
    Rest rest = Rest::none;
  };
  LiveTorrent(std::shared_ptr<Services> services, Known known);
  ~LiveTorrent() override;

  // Torrent
  [[nodiscard]] InfoHash hash() const override;
  [[nodiscard]] std::string key() const override;
  [[nodiscard]] std::string name() const override;
  [[nodiscard]] std::shared_ptr<Metadata const> metadata() const override;
  [[nodiscard]] TorrentStatus status() const override;
  void check() const override;
  std::unique_ptr<Reader> open(FileChoice const& choice, ReaderOptions const& options) override;
  [[nodiscard]] std::vector<ByteRange> available(int file) const override;
  [[nodiscard]] std::int64_t downloaded(int file) const override;
  [[nodiscard]] std::vector<bool> verified_pieces() const override;
  [[nodiscard]] std::vector<ReadingPlace> reading_places() const override;
  [[nodiscard]] std::string path_on_disk(int file) const override;
  void set_keep(std::optional<FileChoice> choice) override;
  [[nodiscard]] std::optional<FileChoice> keep() const override;
  void set_paused(bool paused) override;
  [[nodiscard]] bool paused() const override;
  void set_rest(Rest rest) override;
  [[nodiscard]] Rest rest() const override;
  void set_limits(int download, int upload) override;
  void look_for_peers() override;
  void add_sources(Locator const& more) override;
  [[nodiscard]] std::vector<int> files_in_use() const override;
  void evict(int file, std::function<void(std::string const& error)> done) override;
  [[nodiscard]] std::optional<bool> matches(int file, std::string const& path, std::stop_token stop) const override;
  [[nodiscard]] int readers() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point last_used() const override;
  [[nodiscard]] Watch watch(std::function<void()> changed) override;

  // StorageOwner
  std::shared_ptr<Storage> make_storage() override;
  void on_block_stored(int piece, int start) override;
  void on_piece_cleared(int piece) override { fetcher_->on_cleared(piece); }
  void on_disk_failure(Error const& error, std::chrono::steady_clock::time_point when,
                       std::function<void()> again) override;
  void on_disk_recovered() override;
  void on_storage_released() override;

  // WireListener
  void on_added(libtorrent::torrent_handle const& handle) override;
  void on_checked() override;
  void on_connecting() override;
  void on_connected() override;
  void on_web_seed(libtorrent::peer_connection_handle const& seed) override;
  void on_handshake(std::optional<PeerAddress> listening) override;
  void on_block() override;
  [[nodiscard]] bool takes_hashes() const override { return takes_hashes_; }
  [[nodiscard]] bool may_upload(int piece) const override { return !evicted_.contains(piece); }
  void on_piece_verified(int piece) override;
  void on_piece_failed(int piece) override;

  // For its readers.
  [[nodiscard]] std::shared_ptr<Storage> storage() const;
  /// End of the verified bytes that begin at `position` of the file, at most `limit`.
  [[nodiscard]] std::int64_t verified_until(int file, std::int64_t position, std::int64_t limit) const;
  /// The same with blocks of the unfinished piece there that may be read early.
  [[nodiscard]] std::int64_t early_until(int file, std::int64_t position, std::int64_t limit, Verify verify) const;
  /// So many blocks of trusted peers may be read after a jump.
  [[nodiscard]] std::int64_t early_credit() const { return early_->credit(); }
  /// The block there is stored, but has to wait for its piece.
  [[nodiscard]] bool withheld(int file, std::int64_t position, Verify verify) const;
  void leave(TorrentReader const& reader);
  /// Some reader wants something else: demand is computed anew, soon, once for all that asked meanwhile.
  void demand_changed();
  /// One sentence about peers and trackers, for time-outs.
  [[nodiscard]] std::string plight() const;

  // For the session.
  /// The torrent is of no more use: all readers fail with `error`. A disk failure is forgiven by the next open().
  /// `disk_tried`: when the disk was found to fail; nothing happens if all before a later moment is forgiven.
  void fail(Error const& error, std::optional<std::chrono::steady_clock::time_point> disk_tried = std::nullopt);
  /// libtorrent has given the torrent up since its v1 and v2 hashes contradict each other. It also says so when a peer
  /// sends right hashes twice (2.0.8: torrent::add_hashes): the torrent goes on, once, with no hashes from peers.
  void on_contradiction();
  enum class Removal { asleep, forgotten, with_files };
  /// Takes it out of libtorrent; `done` comes when the files are closed (and deleted). Once only.
  void remove(Removal how, std::function<void(std::string const& error)> done);
  /// For somebody who has named it: it does not fall asleep while that is held.
  [[nodiscard]] std::shared_ptr<Torrent> held();
  [[nodiscard]] bool is_held() const { return holders_ > 0; }
  /// It is without networking, nobody reads, and all that is known of it is on its way to the disk; that begins with
  /// the first question.
  [[nodiscard]] bool may_sleep();
  /// Gives it to libtorrent.
  void put(libtorrent::add_torrent_params params);
  /// Once, while the metadata are missing: libtorrent gets it anew, and so tries all peers at once again, instead of
  /// each some seconds after its failure. For settings that are new.
  void try_peers_again();
  /// Its metadata were known when it was made.
  [[nodiscard]] bool has_info() const { return known_info_; }
  [[nodiscard]] bool failed() const { return state_.lock()->failure.has_value(); }
  [[nodiscard]] bool in_ram() const { return ram_budget_.has_value(); }
  [[nodiscard]] bool is(libtorrent::torrent_handle const& handle) const;
  [[nodiscard]] std::string save_path() const;
  /// What libtorrent takes for the torrent's save_path: a name for this object, unique in the process.
  [[nodiscard]] std::string const& token() const { return token_; }
  [[nodiscard]] std::shared_ptr<PeerListener> peers() const { return fetcher_; }
  /// Network thread only, where it stays valid until the next turn. Null: not there yet, or no more.
  [[nodiscard]] libtorrent::torrent_handle const* handle() const;
  void on_status(libtorrent::torrent_status const& status);
  void on_tracker(std::string const& url, TrackerStatus::State state, int seeds, int peers, std::string const& message);
  /// Writes the resume file, later; nothing if the torrent was removed.
  void save(libtorrent::add_torrent_params const& params);
  void sync_to_disk();
  /// Once a second: looks for readers that wait for a piece although nothing hinders it.
  void watchdog();
  /// True while it is of use (to a reader, to be kept, or nobody knows yet what is in it), networking is on, peers are
  /// known, and for a while none has answered.
  [[nodiscard]] bool lonely(std::chrono::steady_clock::time_point now) const;
  /// Once for each change that should be seen in its figures at once: libtorrent tells them once a second.
  [[nodiscard]] bool figures_due() { return figures_due_.exchange(false); }

 private:
  /// Web seeds that libtorrent does not know of at the moment.
  struct ParkedSeeds {
    std::set<std::string> url, http;  // BEP 19, BEP 17
    friend bool operator==(ParkedSeeds const&, ParkedSeeds const&) = default;
  };
  struct State {
    InfoHash hash;
    std::string name;
    Remembered remembered;
    std::shared_ptr<Metadata const> metadata;
    std::shared_ptr<libtorrent::torrent_info const> info;  // comes with them; for what never changes in it
    std::shared_ptr<Storage> storage;
    std::optional<int> keep_file;  // remembered.keep, resolved
    std::vector<bool> verified;    // by piece; sized when the metadata come
    int verified_count = 0;
    std::set<int> recorded;  // right, and on their way into the journal: verified when they are there
    std::optional<Error> failure;
    std::chrono::steady_clock::time_point disk_tried;  // failures of the disk before this were forgiven
    Rest rest = Rest::none;
    bool paused = false;  // without networking: on somebody's word, or at rest
    bool drowsy = false;  // ever since may_sleep() was asked first
    ParkedSeeds parked;
    TorrentStatus status;  // the mirrored part
  };
  struct Leaving {
    bool begun = false;
    Removal how = Removal::forgotten;
    std::function<void(std::string const&)> done;
  };

  std::shared_ptr<LiveTorrent> me();
  /// Tries again what the disk refused, and takes libtorrent out of whatever a failure put it into.
  void start_again();
  /// A reader needs networking, whatever was said before.
  void end_pause();
  /// Networking is to be as somebody's word and its rest want it.
  void follow_pause();
  [[nodiscard]] bool has_networking() const { return !state_.lock()->paused; }
  void on_network(std::function<void(libtorrent::torrent_handle const&)> job);
  void apply_demand();
  /// Without v1 hashes.
  [[nodiscard]] bool v2_alone() const;
  void steer_web_seeds(libtorrent::torrent_handle const& handle, Layout const& layout, Wants const& wants,
                       std::vector<bool> const& verified);
  void forgive_web_seed(libtorrent::torrent_handle const& handle, std::set<std::string>& known,
                        std::set<std::string> const& parked);
  /// Makes room in memory for what is wanted. False: it needs pieces that libtorrent thinks are there.
  bool make_room(Wants const& wants);
  /// The pieces that go; `why_not` is filled if none may.
  std::vector<int> begin_evicting(int file, std::string& why_not);
  void on_discarded(std::vector<int> const& pieces);
  [[nodiscard]] bool wants_evicted(Wants const& wants) const;
  /// It is not there any more, whatever libtorrent thinks.
  void give_up(int piece);
  /// Takes the torrent out of libtorrent and puts it in again with the pieces that are there.
  void start_over();
  void mark_verified(int piece);
  void finish_removal();
  /// What is remembered of it has changed.
  void save_soon();
  [[nodiscard]] libtorrent::add_torrent_params known_of_magnet(libtorrent::torrent_handle const& handle) const;
  void apply_limits();
  /// True the first time.
  bool phase(std::optional<std::chrono::milliseconds> Phases::*which);
  void log_start() const;
  void wake_readers();
  /// To libtorrent, so that it connects to peers without delay.
  void give(libtorrent::add_torrent_params params);
  void go();
  /// Known peers that are not connected: `times` of their failures are forgotten.
  void call_peers(libtorrent::torrent_handle const& handle, int times);
  void reconnect(std::vector<PeerAddress> banned);
  /// A .torrent in place of a peer that gives the metadata.
  void take_metadata(libtorrent::torrent_handle const& handle, std::vector<char> const& metainfo);

  std::shared_ptr<Services> const services_;
  std::string const token_;
  std::shared_ptr<libtorrent::torrent_info const> info_;  // network thread
  std::chrono::steady_clock::time_point const created_;
  bool const known_info_;
  std::vector<bool> const known_verified_;
  std::optional<std::int64_t> const ram_budget_;
  std::shared_ptr<Ledger> const ledger_;  // null in memory: nothing to remember
  Guarded<State> state_;
  Guarded<std::vector<TorrentReader*>> readers_;
  std::atomic<std::chrono::steady_clock::time_point> last_used_;
  std::function<void()> try_disk_again_;  // network thread
  Watches watches_;
  std::atomic<bool> demand_posted_ = false;
  std::atomic<bool> seeds_missing_ = false;  // wanted, and libtorrent would not take them yet
  std::atomic<bool> figures_due_ = false;
  Guarded<Leaving> leaving_;
  std::atomic<bool> removed_ = false;
  std::atomic<int> holders_ = 0;
  std::atomic<bool> unsaved_ = false;
  std::atomic<bool> saving_ = false;  // set before the other is cleared
  std::set<int> late_;                // alert thread: pieces that readers wait for and that were told of

  // network thread
  std::unique_ptr<libtorrent::torrent_handle> handle_;
  bool starting_over_ = false;
  bool takes_hashes_ = true;
  std::atomic<std::uint32_t> handle_id_ = 0;
  Bands bands_;
  std::set<std::string> seen_seeds_;       ///< BEP 19, when it was looked last
  std::map<std::string, int> thrown_out_;  ///< how many times libtorrent did so
  std::shared_ptr<EarlyBlocks> const early_ = std::make_shared<EarlyBlocks>();
  std::shared_ptr<Fetcher> fetcher_;  // set once, by the constructor
  bool seen_block_ = false;
  std::atomic<bool> seen_handshake_ = false;
  static constexpr std::chrono::steady_clock::time_point never{};
  std::atomic<std::chrono::steady_clock::time_point> alone_since_ = never;  // first attempt to connect
  std::atomic<bool> taken_ = false;                                         // a connection, since then
  std::unique_ptr<libtorrent::add_torrent_params> anew_;                    // for start_over()
  std::shared_ptr<RamStorage> ram_;                                         // null: in files
  bool may_try_again_ = true;
  std::set<int> passed_;      // libtorrent found them in the files that were there, the journal may not know it yet
  std::set<int> evicted_;     // given up; libtorrent thinks they are there
  std::set<int> discarding_;  // of these, the ones whose bytes may still be taken from the disk
};

}  // namespace swarm
