// SPDX-License-Identifier: LGPL-2.1-or-later
// The world of a soak: swarms whose peers come, go, stall, lie and say what may hurt, web seeds that fail, trackers
// that are no good, and one that dies and comes back; ever new torrents. Tells of each by a line on stdout. Of every
// torrent the first peer is good and stays. Ends with its parent.
//   soak_swarms SEED SLOTS
#include "soak/film.hpp"
#include "support/assault.hpp"
#include "support/lines.hpp"
#include "support/plain_peer.hpp"
#include "support/swarm.hpp"
#include "support/tracker.hpp"
#include "support/web_seed.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <sys/prctl.h>
#include <thread>

namespace {

using namespace std::chrono_literals;
using support::KiB;
using support::MiB;
using Clock = std::chrono::steady_clock;

constexpr auto turn = 200ms;
constexpr auto new_film_every = 8s;
constexpr auto afterlife = 60s;  ///< of a torrent whose place was taken: its viewers stay for a while
constexpr auto tracker_lives = 25s;
constexpr auto tracker_is_dead = 8s;
constexpr std::size_t peers = 5;

/// Answers a handshake with an assault.
class HostileLine final : public support::Line {
 public:
  HostileLine(support::MadeTorrent const& torrent, unsigned seed) : torrent_(torrent), random_(seed) {}
  bool receive(std::string& bytes) override {
    met_ = met_ || !bytes.empty();
    bytes.clear();
    return true;
  }
  bool send(std::string& out) override {
    if (!met_ || std::exchange(spoken_, true)) return true;
    auto const all = support::assaults();
    out += support::hostile_handshake(torrent_, random_) + all[random_() % all.size()].bytes(torrent_, random_);
    return true;
  }

 private:
  support::MadeTorrent torrent_;
  std::mt19937 random_;
  bool met_ = false, spoken_ = false;
};

/// A torrent and all who share it.
struct Shared {
  std::unique_ptr<support::WebSeed> web;
  std::unique_ptr<support::Swarm> swarm;
  std::unique_ptr<support::PlainPeer> plain;
  std::unique_ptr<support::Lines> hostile;
};

class World {
 public:
  World(unsigned seed, int slots) : random_(seed) {
    if (support::Tracker::installed()) tracker_.emplace();
    for (int slot = 0; slot < slots; ++slot) new_film(slot);
  }

  void live() {
    auto next_film = Clock::now() + new_film_every;
    auto next_tracker = Clock::now() + tracker_lives;
    for (;; std::this_thread::sleep_for(turn)) {
      meddle();
      if (Clock::now() >= next_tracker && tracker_) {
        if (tracker_up_)
          tracker_->stop();
        else
          tracker_->start();
        tracker_up_ = !tracker_up_;
        next_tracker = Clock::now() + (tracker_up_ ? tracker_lives : tracker_is_dead);
      }
      if (Clock::now() >= next_film) {
        new_film(upto(static_cast<int>(swarms_.size())));
        next_film = Clock::now() + new_film_every;
      }
      old_.remove_if([](Old const& old) { return Clock::now() > old.until; });
    }
  }

 private:
  struct Old {
    Shared shared;
    Clock::time_point until;
  };

  int upto(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  template <class T>
  T one_of(std::initializer_list<T> all) {
    return all.begin()[upto(static_cast<int>(all.size()))];
  }

  void new_film(int slot) {
    soak::Film film{.slot = slot, .seed = random_() % 1'000'000'000 * 10, .size = (4 + upto(20)) * MiB + upto(70'000)};
    int const files = one_of({1, 1, 3});
    auto const format =
        one_of({support::Format::v1, support::Format::v1, support::Format::hybrid, support::Format::v2});
    support::TorrentSpec spec{.format = format, .piece_size = static_cast<int>(one_of({64, 256, 1024}) * KiB)};
    // Logs tell films by their names.
    auto const name = [&](int n) { return std::to_string(film.seed + static_cast<unsigned>(n)) + ".mkv"; };
    for (int n = 0; n < files; ++n)
      spec.files.push_back(support::payload_file(name(n), film.size, film.seed + static_cast<unsigned>(n)));
    if (files > 1) spec.name = "pack-" + std::to_string(film.seed);
    bool const announced = tracker_ && tracker_up_ && upto(3) > 0;
    if (announced) spec.trackers = {tracker_->http_url()};
    bool const faulty = upto(4) == 0;
    if (faulty)
      spec.trackers.push_back(faulty_[static_cast<std::size_t>(upto(static_cast<int>(faulty_.size())))].url());
    Shared shared;
    if (upto(5) == 0) {
      shared.web = std::make_unique<support::WebSeed>();
      spec.web_seeds = {shared.web->url()};
    }
    auto const torrent = support::make_torrent(spec);
    try {
      if (announced) tracker_->allow(torrent);
    } catch (std::exception const& error) {  // one more tracker that does not answer: two peers are known without it
      std::fprintf(stderr, "soak_swarms: %s\n", error.what());
    }

    // When a piece of a torrent without v1 hashes is wrong, libtorrent asks for the hashes of its blocks; a peer that
    // rejects that makes it write beyond an array, up to 2.0.13 (hash_picker::hashes_rejected).
    int const corrupt = format == support::Format::v2 ? 0 : one_of({0, 0, 2, 7, 40, 90});
    std::vector<support::SeederOptions> seeders(peers, {.upload_limit = static_cast<int>(3 * MiB)});
    seeders[0].upload_limit *= 3;  // what all that view it can live on
    for (std::size_t n = 1; n < peers; ++n) {
      auto& seeder = seeders[n];
      if (corrupt && n <= 2) seeder.corrupt = {.every = corrupt, .first = static_cast<int>(n)};
      seeder.utp = upto(3) == 0;
      if (upto(4) == 0) seeder.has = [n](int piece) { return static_cast<std::size_t>(piece) % peers != n; };
      if (upto(5) == 0)
        seeder.mischief =
            one_of({support::Mischief::choking, support::Mischief::refusing, support::Mischief::doubled,
                    support::Mischief::truncated, support::Mischief::unasked, support::Mischief::oversized,
                    support::Mischief::displaced, support::Mischief::garbage});
    }
    shared.swarm = std::make_unique<support::Swarm>(torrent, seeders);
    if (shared.web) shared.web->serve(torrent);
    if (format == support::Format::v1 && upto(3) == 0)
      shared.plain = std::make_unique<support::PlainPeer>(
          std::vector{torrent}, support::PlainPeerOptions{.blocks_until_choke = 1 + upto(50), .choked_for = 50ms});
    if (upto(3) == 0)
      shared.hostile = std::make_unique<support::Lines>(
          [this, torrent] { return std::make_unique<HostileLine>(torrent, next_hostile_++); });
    film.key = torrent.key;
    film.lies = corrupt > 0;
    for (int n = 0; n < files; ++n) film.files.push_back(torrent.file_index(name(n)));
    film.description = std::string(format == support::Format::v1   ? "v1"
                                   : format == support::Format::v2 ? "v2"
                                                                   : "hybrid") +
                       ",pieces:" + std::to_string(spec.piece_size / KiB) + ",corrupt:" + std::to_string(corrupt) +
                       (announced ? ",tracker" : "") + (faulty ? ",faulty-tracker" : "") + (shared.web ? ",web" : "") +
                       (shared.plain ? ",plain" : "") + (shared.hostile ? ",hostile" : "");
    // Some are to be found by the tracker only.
    auto known = shared.swarm->endpoints();
    if (announced) known.resize(2);
    if (shared.plain) known.push_back(shared.plain->endpoint());
    if (shared.hostile) known.push_back(shared.hostile->endpoint());
    film.magnet = torrent.magnet(known);
    if (static_cast<std::size_t>(slot) == swarms_.size())
      swarms_.push_back(std::move(shared));
    else
      old_.push_back(
          {std::exchange(swarms_[static_cast<std::size_t>(slot)], std::move(shared)), Clock::now() + afterlife});
    std::printf("%s\n", film.line().c_str());
    std::fflush(stdout);
  }

  /// Something happens to a peer that is not the first.
  void meddle() {
    auto& shared = swarms_[static_cast<std::size_t>(upto(static_cast<int>(swarms_.size())))];
    using Fault = support::WebSeed::Fault;
    if (shared.web && upto(4) == 0)
      return shared.web->set_fault(one_of(
          {Fault::none, Fault::missing, Fault::error, Fault::stalls, Fault::silent, Fault::no_range, Fault::hangs_up}));
    auto& seeder = (*shared.swarm)[1 + static_cast<std::size_t>(upto(peers - 1))];
    switch (upto(5)) {
      case 0:
        return seeder.kill();
      case 1:
        return seeder.stall_after(upto(1 << 20));
      case 2:
        return seeder.set_upload_limit(static_cast<int>(one_of({20 * KiB, 500 * KiB, 5 * MiB})));
      default:
        seeder.resume();
        return seeder.revive();
    }
  }

  std::mt19937_64 random_;
  std::optional<support::Tracker> tracker_;
  bool tracker_up_ = true;
  using TrackerFault = support::FaultyTracker::Fault;
  std::array<support::FaultyTracker, 5> faulty_{
      support::FaultyTracker(TrackerFault::silent), support::FaultyTracker(TrackerFault::garbage),
      support::FaultyTracker(TrackerFault::error), support::FaultyTracker(TrackerFault::hangs_up),
      support::FaultyTracker(TrackerFault::failure)};
  std::atomic<unsigned> next_hostile_ = 0;
  std::vector<Shared> swarms_;
  std::list<Old> old_;
};

}  // namespace

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    if (argc != 3) throw std::invalid_argument("wants SEED SLOTS");
    World(static_cast<unsigned>(std::stoul(argv[1])), std::stoi(argv[2])).live();
  } catch (std::exception const& error) {
    std::fprintf(stderr, "soak_swarms: %s\n", error.what());
  }
  return 1;
}
