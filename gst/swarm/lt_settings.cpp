// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/lt_settings.hpp"

#include "swarm/settings.hpp"

#include <libtorrent/alert.hpp>
#include <libtorrent/fingerprint.hpp>
#include <libtorrent/ip_filter.hpp>
#include <libtorrent/session_handle.hpp>
#include <libtorrent/settings_pack.hpp>

#include <cstdlib>

namespace swarm {

namespace {

using sp = lt::settings_pack;

struct Number {
  int name;
  int value;
};
struct Flag {
  int name;
  bool value;
};

constexpr Number numbers[] = {
    // We ask the peers (Fetcher): libtorrent's picker is to stop early, and its time-outs would see its own, swallowed
    // requests only.
    {sp::request_queue_time, 0},
    {sp::request_timeout, 100'000},
    {sp::piece_timeout, 100'000},
    {sp::whole_pieces_threshold, 0},
    {sp::initial_picker_threshold, 0},
    {sp::mixed_mode_algorithm, sp::prefer_tcp},
    {sp::connection_speed, 500},
    {sp::torrent_connect_boost, 200},
    {sp::peer_connect_timeout, 5},
    {sp::handshake_timeout, 7},
    // Times the number of failures and one. Peers that are known are called (LiveTorrent::call_peers).
    {sp::min_reconnect_time, 1},
    {sp::max_failcount, most_failures},
    // Of those who come in, too, no more than the limit says.
    {sp::connections_slack, 0},
    {sp::max_queued_disk_bytes, 64 * 1024 * 1024},
    {sp::alert_queue_size, 10000},
    // A stop in less than two seconds.
    {sp::stop_tracker_timeout, 1},
    {sp::active_downloads, -1},
    {sp::active_seeds, -1},
    {sp::active_limit, -1},
    // Lookups in the DHT: of the nodes that are known of, many are gone, and each of these takes a second. So many are
    // asked at a time that these hold nobody up; it is some kilobytes in a burst, which the limit must allow.
    {sp::dht_search_branching, 64},
    {sp::dht_upload_rate_limit, 32'000},
    {sp::max_suggest_pieces, 2},
    {sp::utp_connect_timeout, 500},
    {sp::utp_syn_resends, 0},
    {sp::tick_interval, 100},
    // Web seeds: a jump must not wait for what was wanted before it, nor anybody long for one that is silent.
    {sp::urlseed_max_request_bytes, 1024 * 1024},
    {sp::urlseed_timeout, 5},
    {sp::urlseed_wait_retry, 10},
    {sp::max_metadata_size, 10 * 1024 * 1024},
    {sp::max_piece_count, 0x200000},
};

constexpr Flag flags[] = {
    {sp::smooth_connects, false},
    {sp::announce_to_all_trackers, true},
    {sp::announce_to_all_tiers, true},
    // Seeds stay, or they would all be gone while a player is paused.
    {sp::close_redundant_connections, false},
    {sp::auto_sequential, false},
    // A seed need not know what we have; and what is written to it just before a request holds that up (Nagle).
    {sp::send_redundant_have, false},
    // After a failed piece it lets each peer continue only what it began alone; late blocks of two peers in one piece
    // then lock that piece for good (seen with 2.0.8). Smart ban finds the culprit without it.
    {sp::use_parole_mode, false},
    {sp::enable_outgoing_utp, false},
    {sp::enable_incoming_utp, true},
    {sp::rate_limit_ip_overhead, false},
};

}  // namespace

Buffers buffers(Profile profile) {
  constexpr std::int64_t MiB = 1024 * 1024;
  switch (profile) {
    case Profile::tv:
      return {4 * MiB, 128 * 1024, 2, 1};
    case Profile::desktop:
      return {16 * MiB, 512 * 1024, 4, 2};
    case Profile::server:
      return {32 * MiB, 512 * 1024, 8, 2};
  }
  return buffers(Profile::desktop);
}

lt::settings_pack lt_settings(Settings const& s) {
  lt::settings_pack pack;
  for (auto const& row : numbers) pack.set_int(row.name, row.value);
  for (auto const& row : flags) pack.set_bool(row.name, row.value);
  // Not `peer`: it costs an alert a block. Dropped alerts are noticed by the session.
  pack.set_int(sp::alert_mask, int(lt::alert_category::error | lt::alert_category::status |
                                   lt::alert_category::storage | lt::alert_category::tracker));
  pack.set_str(sp::listen_interfaces, s.p2p ? s.listen : "");
  auto const agent = s.user_agent.empty() ? std::string("gst-torrent/" GST_TORRENT_VERSION) : s.user_agent;
  pack.set_str(sp::user_agent, agent);
  pack.set_str(sp::peer_fingerprint, lt::generate_fingerprint("GT", 0, 1, 0, 0));
  pack.set_str(
      sp::dht_bootstrap_nodes,
      "dht.libtorrent.org:25401,router.bittorrent.com:6881,router.utorrent.com:6881,dht.transmissionbt.com:6881");
  pack.set_bool(sp::enable_dht, s.dht && s.p2p);
  pack.set_bool(sp::enable_lsd, s.lsd && s.p2p);
  pack.set_bool(sp::enable_upnp, s.port_mapping && s.p2p);
  pack.set_bool(sp::enable_natpmp, s.port_mapping && s.p2p);
  pack.set_bool(sp::enable_outgoing_tcp, s.p2p);  // of peers; web seeds are reached all the same
  pack.set_int(sp::connections_limit, s.max_connections);
  pack.set_int(sp::send_buffer_watermark, buffers(s.profile).send_buffer);
  pack.set_int(sp::download_rate_limit, s.download_limit);
  pack.set_int(sp::upload_rate_limit, s.upload_limit);
  pack.set_bool(sp::allow_multiple_connections_per_ip, s.allow_multiple_per_address);
  return pack;
}

lt::ip_filter lt_peer_classes() {
  auto const everyone = std::uint32_t{1} << static_cast<std::uint32_t>(lt::session_handle::global_peer_class_id);
  lt::ip_filter filter;
  filter.add_rule(lt::make_address("0.0.0.0"), lt::make_address("255.255.255.255"), everyone);
  filter.add_rule(lt::make_address("::"), lt::make_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), everyone);
  return filter;
}

lt::settings_pack lt_outgoing_utp(bool on) {
  lt::settings_pack pack;
  pack.set_bool(sp::enable_outgoing_utp, on);
  return pack;
}

std::string xdg_folder(char const* variable, char const* fallback) {
  if (char const* set = std::getenv(variable); set && *set == '/') return std::string(set) + "/gst-torrent";
  char const* home = std::getenv("HOME");
  return std::string(home && *home ? home : "/var/tmp") + '/' + fallback + "/gst-torrent";
}

}  // namespace swarm
