// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/resume.hpp"

#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/bdecode.hpp>
#include <libtorrent/bencode.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/read_resume_data.hpp>
#include <libtorrent/write_resume_data.hpp>

#include <iterator>

namespace swarm {
namespace {

constexpr char ours[] = "gst-torrent";

lt::entry to_entry(FileChoice const& choice) {
  if (auto index = std::get_if<int>(&choice)) return lt::entry(*index);
  if (auto path = std::get_if<std::string>(&choice)) return lt::entry(*path);
  return lt::entry(-1);
}

FileChoice to_choice(lt::bdecode_node const& node) {
  if (node.type() == lt::bdecode_node::string_t) return std::string(node.string_value());
  auto const index = node.int_value();
  if (index >= 0) return static_cast<int>(index);
  return TheFilm{};
}

}  // namespace

void Remembered::add_peer(PeerAddress const& peer) {
  std::erase(peers, peer);
  peers.push_back(peer);
  if (peers.size() > max_peers) peers.erase(peers.begin());
}

std::vector<char> write_resume(lt::add_torrent_params const& params, Remembered const& remembered) {
  lt::entry resume = lt::write_resume_data(params);
  // Verified pieces are the journal's to tell, which never lags behind. A bit too many here would be a lie.
  resume.dict().erase("pieces");
  // Behind one address are many, and who lied once may have got a better disk: a ban ends with the session.
  for (auto const* banned : {"banned_peers", "banned_peers6"}) resume.dict().erase(banned);
  lt::entry& mine = resume[ours];
  mine["save_path"] = remembered.save_path;
  if (remembered.keep) mine["keep"] = to_entry(*remembered.keep);
  if (remembered.paused) mine["paused"] = 1;
  auto& trackers = mine["trackers"].list();
  for (auto const& url : remembered.trackers) trackers.emplace_back(url);
  auto& peers = mine["peers"].list();
  for (auto const& peer : remembered.peers)
    peers.emplace_back(lt::entry::list_type{lt::entry(peer.host), lt::entry(int(peer.port))});
  std::vector<char> bytes;
  lt::bencode(std::back_inserter(bytes), resume);
  return bytes;
}

bool read_resume(std::span<char const> bytes, lt::add_torrent_params& params, Remembered& remembered) {
  lt::error_code error;
  auto const node = lt::bdecode({bytes.data(), static_cast<std::ptrdiff_t>(bytes.size())}, error);
  if (error || node.type() != lt::bdecode_node::dict_t) return false;
  auto read = lt::read_resume_data(node, error);
  if (error) return false;
  params = std::move(read);
  if (auto const mine = node.dict_find_dict(ours)) {
    remembered.save_path = std::string(mine.dict_find_string_value("save_path"));
    if (auto const keep = mine.dict_find("keep")) remembered.keep = to_choice(keep);
    remembered.paused = mine.dict_find_int_value("paused") != 0;
    if (auto const trackers = mine.dict_find_list("trackers"))
      for (int i = 0; i < trackers.list_size(); ++i) remembered.trackers.emplace_back(trackers.list_string_value_at(i));
    if (auto const peers = mine.dict_find_list("peers"))
      for (int i = 0; i < peers.list_size(); ++i)
        if (auto const peer = peers.list_at(i); peer.type() == lt::bdecode_node::list_t && peer.list_size() == 2)
          remembered.add_peer(
              {std::string(peer.list_string_value_at(0)), static_cast<std::uint16_t>(peer.list_int_value_at(1))});
  }
  return true;
}

}  // namespace swarm
