// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/fetcher.hpp"

#include <libtorrent/torrent_handle.hpp>

#include <algorithm>
#include <utility>

namespace swarm {
namespace {

using Clock = std::chrono::steady_clock;
constexpr Network::Delay tick_interval{10};

/// Blocks of unfinished pieces that libtorrent has or is writing. On the network thread this is no round trip.
std::map<int, std::vector<bool>> blocks_held(lt::torrent_handle const& torrent) {
  std::map<int, std::vector<bool>> held;
  if (!torrent.is_valid()) return held;
  for (auto const& piece : torrent.get_download_queue()) {
    auto& here = held[static_cast<int>(piece.piece_index)];
    for (int i = 0; i < piece.blocks_in_piece; ++i) here.push_back(piece.blocks[i].state >= lt::block_info::writing);
  }
  return held;
}

}  // namespace

Fetcher::Fetcher(std::shared_ptr<Network> network, std::shared_ptr<EarlyBlocks> early)
    : network_(std::move(network)), early_(std::move(early)) {}

void Fetcher::start(lt::torrent_handle const& torrent, Layout const& layout, std::vector<bool> const& verified,
                    Amnesty::Unban unban) {
  if (stopped_) return;
  torrent_ = std::make_shared<lt::torrent_handle>(torrent);
  layout_ = layout;
  amnesty_ = std::make_unique<Amnesty>(network_, std::move(unban));
  scheduler_ = std::make_unique<Scheduler>(layout_, *this);
  for (std::size_t piece = 0; piece < verified.size(); ++piece)
    if (verified[piece]) scheduler_->verified(static_cast<int>(piece));
  for (auto const& [piece, here] : blocks_held(torrent)) {
    scheduler_->restored(piece, here);
    if (std::ranges::find(here, true) == here.end()) continue;
    trust_.found(piece);
    early_->found(piece);
  }
  for (int const piece : failed_) scheduler_->distrust(piece);
  for (auto const& [id, peer] : peers_) {
    if (peer.limit > 0) scheduler_->limit(id, peer.limit);
    if (peer.unchoked) scheduler_->unchoked(id);
  }
  scheduler_->want(wants_);
  fill_soon();
}

void Fetcher::pause() {
  scheduler_.reset();
  amnesty_.reset();
  torrent_.reset();
  early_->clear();
  trust_.forget_unfinished();
}

void Fetcher::stop() {
  stopped_ = true;
  pause();
  peers_.clear();
}

bool Fetcher::has_begun(int piece) const {
  if (!scheduler_) return false;
  auto const begun = scheduler_->blocks().begun();
  return std::find(begun.begin(), begun.end(), piece) != begun.end();
}

std::string Fetcher::describe(int piece) const {
  if (!scheduler_) return "not in libtorrent, " + std::to_string(peers_.size()) + " peers";
  auto held = blocks_held(*torrent_)[piece];
  auto text = "libtorrent has " + std::to_string(std::count(held.begin(), held.end(), true)) + ", " +
              scheduler_->describe(piece, Clock::now()) + "; connected:";
  for (auto const& [id, peer] : peers_) text += ' ' + std::to_string(id) + '=' + peer.wire->address().host;
  if (!liars_.empty()) text += "; liars:";
  for (auto const& host : liars_) text += ' ' + host;
  return text;
}

void Fetcher::want(Wants wants) {
  if (wants == wants_) return;
  wants_ = std::move(wants);
  if (scheduler_) scheduler_->want(wants_);
  fill_soon();
}

void Fetcher::on_verified(int piece) {
  trust_.verified(piece);
  early_->allow(trust_.credit());
  failed_.erase(piece);
  if (scheduler_) scheduler_->verified(piece);
}

void Fetcher::on_failed(int piece) {
  if (amnesty_ && !trust_.from_one(piece)) amnesty_->on_doubt();
  trust_.failed(piece);
  early_->allow(trust_.credit());
  failed_.insert(piece);
  early_->forget(piece);
  if (scheduler_) scheduler_->distrust(piece);
}

void Fetcher::on_cleared(int piece) {
  if (!scheduler_) return;
  restore(piece);
  fill_soon();
}

void Fetcher::restore(int piece) {
  auto held = blocks_held(*torrent_);
  scheduler_->restored(piece, held[piece]);
}

void Fetcher::give_up(int piece) {
  early_->forget(piece);
  trust_.forget(piece);
  if (scheduler_) scheduler_->verified(piece);
}

void Fetcher::get_in_step() {
  if (!scheduler_) return;
  auto const held = blocks_held(*torrent_);
  for (int piece : scheduler_->blocks().begun()) {
    auto const found = held.find(piece);
    scheduler_->restored(piece, found == held.end() ? std::vector<bool>() : found->second);
  }
  fill_soon();
}

// ---- peers ----

void Fetcher::on_peer(PeerId id, WirePeer& peer) {
  if (stopped_) return;
  peers_[id].wire = &peer;
  if (!lies(peer.address().host)) return;
  // libtorrent forgets its bans when the torrent leaves it. And it keeps one connection to a peer: one that came from
  // here, behind the address of a liar, would stand in the way of one to where the peer listens.
  network_->post([weak = weak_from_this(), id] {
    auto self = weak.lock();
    if (!self) return;
    if (auto const found = self->peers_.find(id); found != self->peers_.end()) found->second.wire->refuse();
  });
}

bool Fetcher::connected(std::string const& host) const {
  return std::any_of(peers_.begin(), peers_.end(),
                     [&](auto const& peer) { return peer.second.wire->address().host == host; });
}

void Fetcher::on_unchoke(PeerId id) {
  auto const peer = peers_.find(id);
  if (peer == peers_.end() || lies(peer->second.wire->address().host)) return;  // it is on its way out
  peer->second.unchoked = true;
  if (scheduler_) scheduler_->unchoked(id);
  fill_soon();
}

void Fetcher::on_choke(PeerId id) {
  if (auto peer = peers_.find(id); peer != peers_.end()) peer->second.unchoked = false;
  if (scheduler_) scheduler_->choked(id, Clock::now());
  fill_soon();
}

void Fetcher::on_have(PeerId id) {
  if (scheduler_) scheduler_->got_more(id);
  fill_soon();
}

void Fetcher::on_reject(PeerId id, Extent extent) {
  if (auto const block = block_of(extent)) scheduler_->rejected(id, *block, Clock::now());
  fill_soon();
}

void Fetcher::on_block(PeerId id, Extent extent) {
  if (auto const block = block_of(extent)) {
    if (!scheduler_->blocks().here(*block)) {
      trust_.gave(id, block->piece);
      early_->arrived(block->piece, block->number, trust_.trusts(id));
    }
    scheduler_->arrived(id, *block, extent.length, Clock::now());
  }
  // Later: libtorrent takes the block after this call, and more of them may be in its hands.
  fill_soon();
}

void Fetcher::on_requested(PeerId id, Extent extent) {
  if (!scheduler_) return;
  // libtorrent joins neighbours, also beyond the end of a piece.
  auto const now = Clock::now();
  auto at = extent.piece * layout_.piece_length() + extent.start;
  for (auto const end = at + extent.length; at < end;) {
    auto const piece = static_cast<int>(at / layout_.piece_length());
    Block const block{piece, static_cast<int>(at % layout_.piece_length() / block_bytes)};
    if (!scheduler_->blocks().valid(block)) break;
    scheduler_->asked(id, block, now);
    at += layout_.block_size(block.piece, block.number);
  }
  tick_soon();
}

void Fetcher::on_queue_limit(PeerId id, int requests) {
  if (auto peer = peers_.find(id); peer != peers_.end()) peer->second.limit = requests;
  if (scheduler_) scheduler_->limit(id, requests);
}

void Fetcher::on_gone(PeerId id) {
  peers_.erase(id);
  trust_.gone(id);
  if (scheduler_) scheduler_->gone(id);
  fill_soon();
}

void Fetcher::on_banned(PeerAddress address) {
  if (amnesty_ && !amnesty_->on_banned(address)) liars_.insert(address.host);
}

// ---- turns ----

std::optional<Block> Fetcher::block_of(Extent extent) const {
  if (!scheduler_) return std::nullopt;
  Block const block{extent.piece, extent.start / block_bytes};
  if (!scheduler_->blocks().valid(block) || extent.start % block_bytes != 0 ||
      extent.length != layout_.block_size(block.piece, block.number))
    return std::nullopt;
  return block;
}

bool Fetcher::has(PeerId id, int piece) const {
  auto const peer = peers_.find(id);
  return peer != peers_.end() && peer->second.wire->has(piece);
}

void Fetcher::ask(PeerId id, Block block) {
  peers_.at(id).requests.push_back(
      {block.piece, block.number * block_bytes, layout_.block_size(block.piece, block.number)});
}

void Fetcher::fill_soon() {
  if (!scheduler_ || fill_posted_) return;
  fill_posted_ = network_->post([weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self) return;
    self->fill_posted_ = false;
    if (!self->scheduler_) return;
    self->scheduler_->fill(Clock::now());
    self->send();
    self->tick_soon();
  });
}

void Fetcher::tick_soon() {
  if (!scheduler_ || ticking_ || !scheduler_->active()) return;
  ticking_ = network_->after(tick_interval, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self) return;
    self->ticking_ = false;
    if (!self->scheduler_) return;
    self->scheduler_->tick(Clock::now());
    self->send();
    self->tick_soon();
  });
}

void Fetcher::send() {
  // A peer may leave while it is sent to.
  std::vector<PeerId> asked;
  for (auto const& [id, peer] : peers_)
    if (!peer.requests.empty()) asked.push_back(id);
  for (auto const id : asked) {
    auto const peer = peers_.find(id);
    if (peer == peers_.end()) continue;
    auto const requests = std::exchange(peer->second.requests, {});
    peer->second.wire->request(requests);
  }
}

}  // namespace swarm
