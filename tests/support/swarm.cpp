// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/swarm.hpp"

#include "support/eventually.hpp"
#include "support/session.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/extensions/ut_metadata.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_handle.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_status.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace support {

Seeder::Seeder(MadeTorrent torrent, SeederOptions options)
    : torrent_(std::move(torrent)), options_(std::move(options)), conduct_(std::make_shared<Conduct>()) {
  endpoint_.host = options_.address.empty() ? own_address() : options_.address;
  conduct_->set_corruption(options_.corrupt);
  conduct_->set_block_delay(options_.block_delay);
  conduct_->set_budget(options_.stall_after);
  revive();
}

Seeder::~Seeder() { kill(); }

void Seeder::kill() {
  conduct_->set_closing(true);
  session_.reset();
}

void Seeder::revive() {
  if (session_) return;
  conduct_->set_closing(false);
  lt::session_params params(loopback_settings(endpoint_, options_.tcp, options_.utp));
  params.disk_io_constructor = [torrent = torrent_, conduct = conduct_](lt::io_context& io,
                                                                        lt::settings_interface const&, lt::counters&) {
    return make_seed_disk(io, torrent, conduct);
  };
  params.extensions.clear();
  session_ = std::make_unique<lt::session>(std::move(params));
  // libtorrent opens its sockets on its own thread.
  if (!eventually([&] { return session_->listen_port() != 0; }))
    throw std::runtime_error("a seeder can't listen on " + endpoint_.str());
  endpoint_.port = session_->listen_port();

  lt::add_torrent_params add;
  auto info = std::make_shared<lt::torrent_info>(*torrent_.info);
  info->clear_trackers();
  add.ti = std::move(info);
  add.save_path = ".";
  add.flags = lt::torrent_flags::default_dont_download;  // one that has only a part wants no more
  add.flags |= lt::torrent_flags::update_subscribe;
  // libtorrent keeps the connection id of a UDP tracker per process, the tracker per address: only the first session
  // of a process gets through. That one is the tested one; opentracker listens for HTTP at the same port.
  for (auto const& url : torrent_.trackers)
    add.trackers.push_back(url.starts_with("udp:") ? "http" + url.substr(3) : url);
  add.have_pieces.resize(torrent_.piece_count, true);
  if (options_.has)
    for (int piece = 0; piece < torrent_.piece_count; ++piece)
      if (!options_.has(piece)) add.have_pieces.clear_bit(lt::piece_index_t(piece));
  add.extensions.emplace_back([](lt::torrent_handle const& handle, lt::client_data_t data) {
    return lt::create_ut_metadata_plugin(handle, data);
  });
  if (options_.mischief != Mischief::none) add.extensions.push_back(make_mischief(options_.mischief, torrent_));
  add.upload_limit = options_.upload_limit;
  auto const handle = session_->add_torrent(std::move(add));
  if (!eventually([&] {
        auto const state = handle.status().state;
        return state == lt::torrent_status::seeding || state == lt::torrent_status::finished ||
               state == lt::torrent_status::downloading;
      }))
    throw std::runtime_error("a seeder's torrent does not start");
}

void Seeder::set_upload_limit(int bytes_per_second) {
  options_.upload_limit = bytes_per_second;
  if (session_)
    for (auto const& handle : session_->get_torrents()) handle.set_upload_limit(bytes_per_second);
}

int Seeder::peers() const {
  int count = 0;
  if (session_)
    for (auto const& handle : session_->get_torrents()) count += handle.status().num_peers;
  return count;
}

Swarm::Swarm(MadeTorrent torrent, int count, SeederOptions const& options) : torrent_(std::move(torrent)) {
  for (int i = 0; i < count; ++i) add(options);
}

Swarm::Swarm(MadeTorrent torrent, std::vector<SeederOptions> const& seeders) : torrent_(std::move(torrent)) {
  for (auto const& options : seeders) add(options);
}

Seeder& Swarm::add(SeederOptions const& options) {
  return *seeders_.emplace_back(std::make_unique<Seeder>(torrent_, options));
}

std::vector<Endpoint> Swarm::endpoints() const {
  std::vector<Endpoint> result;
  for (auto const& seeder : seeders_) result.push_back(seeder->endpoint());
  return result;
}

std::int64_t Swarm::uploaded() const {
  std::int64_t sum = 0;
  for (auto const& seeder : seeders_) sum += seeder->uploaded();
  return sum;
}

namespace {
std::map<std::pair<int, int>, int> copies(std::vector<std::unique_ptr<Seeder>> const& seeders) {
  std::map<std::pair<int, int>, int> sum;
  for (auto const& seeder : seeders)
    for (auto const& [block, count] : seeder->conduct().blocks()) sum[block] += count;
  return sum;
}
}  // namespace

int Swarm::most_copies() const {
  int most = 0;
  for (auto const& [block, count] : copies(seeders_)) most = std::max(most, count);
  return most;
}

std::int64_t Swarm::wasted() const {
  std::int64_t bytes = 0;
  for (auto const& [block, count] : copies(seeders_)) {
    auto const start = static_cast<std::int64_t>(block.first) * torrent_.piece_size + block.second * swarm::block_bytes;
    bytes += (count - 1) * std::min<std::int64_t>(swarm::block_bytes, torrent_.total_size - start);
  }
  return bytes;
}

}  // namespace support
