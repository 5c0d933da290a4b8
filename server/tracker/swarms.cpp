// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tracker/swarms.hpp"

#include <algorithm>

namespace tracker {
namespace {

/// Bytes of a message beyond which it counts as several.
constexpr double large = 8192;

}  // namespace

Swarms::Outcome Swarms::received(Link from, std::string_view text, Clock::time_point now) {
  Outcome outcome;
  auto& client = links_[from];
  client.allowance = std::min(
      limits_.burst, client.allowance + limits_.rate * std::chrono::duration<double>(now - client.refilled).count());
  client.refilled = now;
  if ((client.allowance -= std::max(1., static_cast<double>(text.size()) / large)) < 0) {
    outcome.close = "Too many messages.";
    return outcome;
  }
  try {
    std::visit([&](auto const& message) { answer(from, message, now, outcome); }, parse(text));
  } catch (Refused const& refused) {
    outcome.texts.emplace_back(from, failure(refused.what()));
    if (++client.faults > limits_.faults) outcome.close = "Too many messages that can't be read.";
  }
  return outcome;
}

void Swarms::answer(Link from, Announce const& announce, Clock::time_point now, Outcome& outcome) {
  if (announce.event == Announce::Event::stopped)
    leave(announce.info_hash, announce.peer, from);
  else
    enter(from, announce, now);
  // Who answers an offer has announced itself before, and waits for nothing.
  if (!announce.answer)
    outcome.texts.emplace_back(from,
                               announced(announce.info_hash, count(announce.info_hash), limits_.interval.count()));
  if (announce.event == Announce::Event::stopped) return;
  offer(announce, outcome);
  if (!announce.answer) return;
  auto const& swarm = swarms_.at(announce.info_hash);
  if (auto const to = swarm.places.find(announce.answer->to); to != swarm.places.end())
    outcome.texts.emplace_back(swarm.peers[to->second].link,
                               passed_on(announce.info_hash, announce.peer, *announce.answer));
}

void Swarms::answer(Link from, Scrape const& scrape, Clock::time_point, Outcome& outcome) {
  std::vector<std::pair<Id, Count>> counts;
  for (auto const& info_hash : scrape.info_hashes) counts.emplace_back(info_hash, count(info_hash));
  outcome.texts.emplace_back(from, scraped(counts, limits_.interval.count()));
}

void Swarms::enter(Link from, Announce const& announce, Clock::time_point now) {
  auto& client = links_[from];
  auto const known = client.announced.find(announce.info_hash);
  if (known == client.announced.end() && client.announced.size() >= limits_.swarms_of_a_link)
    throw Refused("A connection may be in 50 swarms at most.");
  if (!swarms_.contains(announce.info_hash) && swarms_.size() >= limits_.swarms)
    throw Refused("This tracker has no room for another swarm.");
  // A connection is one peer: a new name of it replaces the old one.
  if (known != client.announced.end() && known->second != announce.peer)
    leave(announce.info_hash, Id(known->second), from);

  auto& swarm = swarms_[announce.info_hash];
  auto place = swarm.places.find(announce.peer);
  if (place == swarm.places.end()) {
    if (swarm.peers.size() >= limits_.peers) throw Refused("This swarm is full.");
    place = swarm.places.emplace(announce.peer, swarm.peers.size()).first;
    swarm.peers.push_back({announce.peer, from, false, now});
    ++peers_;
  }
  auto& peer = swarm.peers[place->second];
  if (peer.link != from) {  // it is back before its old connection is known to be dead
    if (auto const old = links_.find(peer.link); old != links_.end()) old->second.announced.erase(announce.info_hash);
    peer.link = from;
  }
  client.announced[announce.info_hash] = announce.peer;
  peer.seen = now;
  swarm.complete += (announce.complete ? 1 : 0) - (peer.complete ? 1 : 0);
  peer.complete = announce.complete;
  if (announce.event == Announce::Event::completed) ++swarm.downloaded;
}

/// One offer each to as many others, chosen at random.
void Swarms::offer(Announce const& announce, Outcome& outcome) {
  auto const& peers = swarms_.at(announce.info_hash).peers;
  auto const wanted = std::min({announce.offers.size(), announce.wanted, peers.size() - 1});
  // A few out of possibly thousands: drawn until enough different ones are there.
  std::vector<std::size_t> chosen;
  std::uniform_int_distribution<std::size_t> any(0, peers.size() - 1);
  while (chosen.size() < wanted) {
    auto const place = any(random_);
    if (peers[place].id != announce.peer && std::ranges::find(chosen, place) == chosen.end()) chosen.push_back(place);
  }
  for (std::size_t i = 0; i < wanted; ++i)
    outcome.texts.emplace_back(peers[chosen[i]].link, passed_on(announce.info_hash, announce.peer, announce.offers[i]));
}

void Swarms::leave(Id const& info_hash, Id const& peer, Link link) {
  auto const swarm = swarms_.find(info_hash);
  if (swarm == swarms_.end()) return;
  auto const place = swarm->second.places.find(peer);
  if (place == swarm->second.places.end() || swarm->second.peers[place->second].link != link) return;
  remove(swarm, place->second);
}

void Swarms::remove(std::unordered_map<Id, Swarm>::iterator swarm, std::size_t place) {
  auto& peers = swarm->second.peers;
  auto& gone = peers[place];
  if (auto const client = links_.find(gone.link); client != links_.end()) client->second.announced.erase(swarm->first);
  swarm->second.complete -= gone.complete ? 1 : 0;
  swarm->second.places.erase(gone.id);
  if (&gone != &peers.back()) {
    gone = std::move(peers.back());
    swarm->second.places[gone.id] = place;
  }
  peers.pop_back();
  --peers_;
  if (peers.empty()) swarms_.erase(swarm);
}

void Swarms::closed(Link link) {
  auto const client = links_.find(link);
  if (client == links_.end()) return;
  for (auto const& [info_hash, peer] : std::exchange(client->second.announced, {})) leave(info_hash, peer, link);
  links_.erase(link);
}

void Swarms::expire(Clock::time_point now) {
  for (auto swarm = swarms_.begin(); swarm != swarms_.end();) {
    auto const here = swarm++;
    for (auto place = here->second.peers.size(); place > 0; --place)
      if (now - here->second.peers[place - 1].seen > 2 * limits_.interval + limits_.interval / 2) {
        bool const last = here->second.peers.size() == 1;
        remove(here, place - 1);
        if (last) break;
      }
  }
}

Count Swarms::count(Id const& info_hash) const {
  auto const swarm = swarms_.find(info_hash);
  if (swarm == swarms_.end()) return {};
  auto const all = static_cast<std::int64_t>(swarm->second.peers.size());
  return {swarm->second.complete, all - swarm->second.complete, swarm->second.downloaded};
}

}  // namespace tracker
