// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench/lines.hpp"

#include "bench/players.hpp"
#include "support/http.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace bench {
namespace {

std::int64_t bytes_per_second(double mbit) { return static_cast<std::int64_t>(mbit * 1e6 / 8); }

/// Tells the tracker that a complete peer listens there.
void announce(support::Endpoint const& tracker, support::MadeTorrent const& torrent, support::Endpoint const& peer) {
  std::string hash;
  for (auto const byte : *torrent.hash.v1) hash += static_cast<char>(byte);
  auto id = "-BN0001-" + std::to_string(peer.port);
  id.resize(20, '0');
  support::http::Connection connection(tracker, peer.host);
  auto const answer = connection.ask({.target = "/announce?info_hash=" + support::percent_encode(hash) +
                                                "&peer_id=" + id + "&port=" + std::to_string(peer.port) +
                                                "&uploaded=0&downloaded=0&left=0&compact=1&event=started"});
  if (answer.status() != 200 || answer.body.find("failure") != std::string::npos)
    throw std::runtime_error("the tracker refuses: " + answer.body);
}

}  // namespace

int SwarmPlan::count() const {
  int sum = 0;
  for (auto const& group : peers) sum += group.count;
  return sum;
}

double SwarmPlan::rate() const {
  double sum = last_stalls ? -peers.back().mbit : 0;
  for (auto const& group : peers) sum += group.count * group.mbit;
  return sum * 1e6 / 8;
}

double SwarmPlan::rtt() const { return std::ranges::min_element(peers, {}, &Peers::rtt_ms)->rtt_ms / 1000.0; }

std::vector<support::SeederOptions> SwarmPlan::seeders() const {
  support::SeederOptions const each{.utp = transport != Transport::tcp, .tcp = transport != Transport::utp};
  std::vector seeders(static_cast<std::size_t>(count()), each);
  if (last_stalls) seeders.back().stall_after = 0;
  return seeders;
}

SwarmPlan usual_swarm(int piece_kib) {
  return {.name = "5 x 8 Mbit/s, RTT 40, " + std::to_string(piece_kib) + " KiB",
          .peers = {{5, 8, 40}},
          .piece_kib = piece_kib};
}

Lines::Lines(support::MadeTorrent const& torrent, SwarmPlan const& plan, support::Tracker* tracker)
    : swarm_(torrent, plan.seeders()) {
  for (auto const& group : plan.peers) {
    for (int i = 0; i < group.count; ++i) {
      auto const target = swarm_[lines_.size()].endpoint();
      auto const rate = bytes_per_second(group.mbit);
      std::chrono::milliseconds const delay(group.rtt_ms / 2);
      auto& line = lines_.emplace_back();
      line.tcp = std::make_unique<support::Link>(target, support::LinkOptions{.down = rate, .delay = delay});
      if (plan.transport != Transport::tcp)
        line.utp = std::make_unique<UtpLine>(line.tcp->endpoint(), target, rate, delay);
      if (plan.transport == Transport::utp) line.tcp->cut();
    }
  }
  if (!tracker) return;
  auto const [at, target] = support::http::split_url(tracker->http_url());
  for (auto const& line : lines_) announce(at, torrent, line.tcp->endpoint());
  to_tracker_.emplace(at, support::LinkOptions{.delay = std::chrono::milliseconds(plan.peers[0].rtt_ms / 2)});
  announce_url_ = "http://" + to_tracker_->endpoint().str() + target;
}

std::string Lines::magnet() const {
  if (to_tracker_) return swarm_.torrent().magnet() + "&tr=" + support::percent_encode(announce_url_);
  std::vector<support::Endpoint> peers;
  for (auto const& line : lines_) peers.push_back(line.tcp->endpoint());
  return swarm_.torrent().magnet(peers);
}

std::int64_t Lines::carried() const {
  std::int64_t sum = 0;
  for (auto const& line : lines_) sum += line.tcp->bytes_down() + (line.utp ? line.utp->bytes_down() : 0);
  return sum;
}

void Lines::wait_idle() const {
  constexpr std::int64_t chatter = 2 * KiB;
  auto before = carried();
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(250ms);
    auto const now = carried();
    if (now - before < chatter) return;
    before = now;
  }
}

}  // namespace bench
