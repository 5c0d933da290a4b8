// SPDX-License-Identifier: LGPL-2.1-or-later
// Peers that come to us and say whatever may hurt, one after the other, while one honest and slow peer serves: a reader
// gets every byte, and memory stays what it was.
#include "live.hpp"
#include "support/assault.hpp"
#include "support/peer_messages.hpp"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>

namespace {

using namespace live;

/// True: the other side hung up within that time.
bool hangs_up(int fd, std::chrono::milliseconds patience) {
  auto const end = std::chrono::steady_clock::now() + patience;
  char bytes[65536];
  for (;;) {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd polled{fd, POLLIN, 0};
    if (left.count() <= 0 || poll(&polled, 1, static_cast<int>(left.count())) == 0) return false;
    auto const got = recv(fd, bytes, sizeof bytes, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return true;
  }
}

/// As much as is taken.
void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    pollfd polled{fd, POLLOUT, 0};
    if (sent > 0)
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    else if (errno != EAGAIN || poll(&polled, 1, 200) <= 0)
      return;
  }
}

long own_memory() {
  malloc_trim(0);
  std::ifstream lines("/proc/self/status");
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("RssAnon:")) return std::atol(line.c_str() + 8) * 1024;
  return 0;
}

class Hostile : public Live, public testing::WithParamInterface<std::tuple<support::Format, swarm::StorageKind>> {
 protected:
  static constexpr std::int64_t size = 6 * MiB + 77;
  static constexpr long tolerated = 24 * MiB;

  [[nodiscard]] support::Endpoint ours() const {
    return {client.listen.substr(0, client.listen.rfind(':')),
            static_cast<std::uint16_t>(session->status().listen_port)};
  }
  /// All assaults, again and again, from one address.
  void attack(support::MadeTorrent const& torrent, unsigned seed, std::stop_token const& stop) {
    std::mt19937 random(seed);
    auto const from = support::own_address();
    for (std::size_t n = seed; !stop.stop_requested(); ++n) {
      auto const& assault = support::assaults()[n % support::assaults().size()];
      try {
        auto const fd = support::connect_to(ours(), from);
        send_all(fd.get(), support::hostile_handshake(torrent, random) + assault.bytes(torrent, random));
        hangs_up(fd.get(), 30ms);
        ++done;
      } catch (std::system_error const&) {  // it is not let in any more
      }
    }
  }
  std::atomic<int> done = 0;
};

TEST_P(Hostile, DoNoHarm) {
  client.storage = std::get<1>(GetParam());
  client.ram_budget = 16 * MiB;
  support::TorrentSpec spec{
      .files = {support::payload_file("film.mkv", size)}, .format = std::get<0>(GetParam()), .piece_size = 128 * KiB};
  support::Swarm peers(support::make_torrent(spec), 1, {.upload_limit = static_cast<int>(MiB)});
  // Nobody gives the metadata at first: then much can't be checked.
  auto const torrent = add(peers.torrent().magnet());
  ASSERT_TRUE(eventually([&] { return session->status().listen_port > 0; }));
  auto const before = own_memory();
  {
    std::vector<std::jthread> attackers;
    for (unsigned n = 0; n < 3; ++n)
      attackers.emplace_back([&, n](std::stop_token const& stop) { attack(peers.torrent(), n * 6, stop); });
    auto const all = static_cast<int>(support::assaults().size());
    ASSERT_TRUE(eventually([&] { return done >= all; }, 60s));
    torrent->add_sources(swarm::Locator::parse(peers.magnet()));
    auto reader = torrent->open(swarm::TheFilm{});
    EXPECT_TRUE(support::Payload().matches(0, read(*reader, size)));
    ASSERT_TRUE(eventually([&] { return done >= 3 * all; }, 60s));
    EXPECT_TRUE(support::Payload().matches(5 * MiB, read_at(*reader, 5 * MiB, MiB)));
  }
  EXPECT_EQ(torrent->status().error, "");
  auto const grown = own_memory() - before;
  RecordProperty("grown_KiB", static_cast<int>(grown / KiB));
  RecordProperty("assaults", done);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // these keep what was freed
  EXPECT_LT(grown, size + tolerated);
#endif
}

using support::Format;
using swarm::StorageKind;
INSTANTIATE_TEST_SUITE_P(Torrents, Hostile,
                         testing::Values(std::tuple(Format::v1, StorageKind::file),
                                         std::tuple(Format::hybrid, StorageKind::file),
                                         std::tuple(Format::hybrid, StorageKind::ram),
                                         std::tuple(Format::v2, StorageKind::file)),
                         [](auto const& info) {
                           auto const format = std::get<0>(info.param);
                           return std::string(format == Format::v1   ? "V1"
                                              : format == Format::v2 ? "V2"
                                                                     : "Hybrid") +
                                  (std::get<1>(info.param) == StorageKind::ram ? "InMemory" : "");
                         });

// libtorrent takes right hashes that come twice for a contradiction, and gives the torrent up.
TEST_F(Live, HashesThatComeTwiceEndNoHybrid) {
  support::TorrentSpec spec{.files = {support::payload_file("film.mkv", 4 * MiB)},
                            .format = support::Format::hybrid,
                            .piece_size = 128 * KiB};
  support::Swarm peers(support::make_torrent(spec), 1, {.upload_limit = static_cast<int>(MiB)});
  std::atomic<int> contradictions = 0;
  client.log = [&](swarm::LogLevel, std::string_view line) {
    if (line.find("contradiction") != std::string_view::npos) ++contradictions;
  };
  auto const torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, KiB)));

  std::mt19937 random(1);
  auto const twice = std::ranges::find(support::assaults(), std::string_view("hashes twice"), &support::Assault::name);
  ASSERT_NE(twice, support::assaults().end());
  for (int n = 0; n < 3; ++n) {
    auto const host = client.listen.substr(0, client.listen.rfind(':'));
    auto const fd =
        support::connect_to({host, static_cast<std::uint16_t>(session->status().listen_port)}, support::own_address());
    send_all(fd.get(), support::hostile_handshake(peers.torrent(), random) + twice->bytes(peers.torrent(), random));
    EXPECT_TRUE(hangs_up(fd.get(), 10s));
  }
  EXPECT_TRUE(support::Payload().matches(KiB, read(*reader, 4 * MiB)));
  EXPECT_EQ(torrent->status().error, "");
  EXPECT_EQ(contradictions, 1);
  session.reset();  // before what its log needs
}

TEST_F(Live, AHybridWhoseHashesContradictEachOtherIsRefusedInWords) {
  support::TorrentSpec spec{.files = {support::payload_file("film.mkv", 64 * KiB)},
                            .format = support::Format::hybrid,
                            .piece_size = 64 * KiB,
                            .wrong_v1 = true};
  support::Swarm peers(support::make_torrent(spec), 1);
  auto reader = add(peers.magnet())->open(swarm::TheFilm{});
  std::string what;
  EXPECT_EQ(failure_of(*reader, &what), swarm::Errc::bad_metadata);
  EXPECT_NE(what.find("contradict"), std::string::npos) << what;
}

// libtorrent forgets its bans when the torrent leaves it, as one without v1 hashes does when a piece was wrong. Whoever
// is let in and not asked for anything may stand in the way: behind its address may be an honest one, too, to which
// there is another way.
TEST_F(Live, WhoLiedIsNotLetInAgain) {
  support::TorrentSpec spec{
      .files = {support::payload_file("film.mkv", MiB)}, .format = support::Format::v2, .piece_size = 128 * KiB};
  support::Swarm peers(support::make_torrent(spec), {{.corrupt = {.every = 1}}, {}});
  auto const torrent = add(peers.torrent().magnet({peers[0].endpoint()}));
  auto reader = torrent->open(swarm::TheFilm{});
  ASSERT_TRUE(eventually([&] { return peers[0].uploaded() >= 128 * KiB && peers[0].peers() == 0; }));
  torrent->add_sources(swarm::Locator::parse(peers.torrent().magnet({peers[1].endpoint()})));
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, MiB)));

  auto const host = client.listen.substr(0, client.listen.rfind(':'));
  auto const fd =
      support::connect_to({host, static_cast<std::uint16_t>(session->status().listen_port)}, peers[0].endpoint().host);
  send_all(fd.get(), support::peer::handshake(std::string(8, '\0'),
                                              support::peer::bytes_of_hex(peers.torrent().v2_hex).substr(0, 20),
                                              "-HO0001-abcdefghijkl"));
  EXPECT_TRUE(hangs_up(fd.get(), 5s));
}

}  // namespace
