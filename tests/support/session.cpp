// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/session.hpp"

#include <libtorrent/alert.hpp>

namespace support {

lt::settings_pack loopback_settings(Endpoint const& listen, bool tcp, bool utp) {
  using S = lt::settings_pack;
  S pack;
  pack.set_str(S::listen_interfaces, listen.str());
  pack.set_str(S::outgoing_interfaces, listen.host);
  pack.set_str(S::user_agent, "gst-torrent-tests");
  for (auto const off : {S::enable_dht, S::enable_lsd, S::enable_upnp, S::enable_natpmp, S::ssrf_mitigation,
                         S::smooth_connects, S::listen_system_port_fallback})
    pack.set_bool(off, false);
  pack.set_bool(S::allow_multiple_connections_per_ip, true);
  for (auto const name : {S::enable_incoming_tcp, S::enable_outgoing_tcp}) pack.set_bool(name, tcp);
  for (auto const name : {S::enable_incoming_utp, S::enable_outgoing_utp}) pack.set_bool(name, utp);
  pack.set_int(S::unchoke_slots_limit, -1);
  pack.set_int(S::connection_speed, 500);
  pack.set_int(S::min_reconnect_time, 1);
  pack.set_int(S::stop_tracker_timeout, 1);
  pack.set_int(S::alert_mask, lt::alert_category::error | lt::alert_category::status | lt::alert_category::storage);
  return pack;
}

}  // namespace support
