// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/made_torrent.hpp"

#include "support/seed_disk.hpp"

#include <libtorrent/create_torrent.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/hex.hpp>
#include <libtorrent/settings_pack.hpp>
#include <libtorrent/span.hpp>
#include <libtorrent/torrent_info.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <sstream>
#include <stdexcept>

namespace support {
namespace {

lt::create_flags_t flags_of(TorrentSpec const& spec) {
  lt::create_flags_t flags = lt::create_torrent::no_attributes;
  if (spec.format == Format::v1) flags |= lt::create_torrent::v1_only;
  if (spec.format == Format::v2) flags |= lt::create_torrent::v2_only;
  if (spec.format == Format::v1 && spec.pad_files) {
    flags |= lt::create_torrent::canonical_files;
    flags &= ~lt::create_torrent::no_attributes;  // "p" of the padding is one
  }
  if (spec.format == Format::hybrid) flags &= ~lt::create_torrent::no_attributes;
  return flags;
}

Content zeros(std::string path, std::int64_t size) {
  return {std::move(path), size, [](std::int64_t, std::span<std::byte> into) { std::ranges::fill(into, std::byte{}); }};
}

/// The contents in the order of the torrent: libtorrent sorts and pads files where the format wants it.
std::vector<Content> in_order(lt::file_storage const& files, std::map<std::string, Content> const& by_path) {
  std::vector<Content> result;
  for (auto const index : files.file_range()) {
    auto const path = files.file_path(index);
    if (files.pad_file_at(index)) {
      result.push_back(zeros(path, files.file_size(index)));
    } else {
      result.push_back(by_path.at(path));
      result.back().path = path;
    }
  }
  return result;
}

void hash(lt::create_torrent& maker, MadeTorrent const& bytes) {
  if (maker.num_pieces() == 0) return;
  lt::error_code error;
  lt::set_piece_hashes(
      maker, ".", lt::settings_pack(),
      [&bytes](lt::io_context& io, lt::settings_interface const&, lt::counters&) {
        return make_seed_disk(io, bytes, std::make_shared<Conduct>());
      },
      [](lt::piece_index_t) {}, error);
  if (error) throw std::runtime_error("can't hash the torrent: " + error.message());
}

}  // namespace

MadeTorrent make_torrent(TorrentSpec const& spec) {
  if (spec.files.empty()) throw std::invalid_argument("a torrent needs a file");
  bool const single = spec.files.size() == 1 && spec.files[0].path.find('/') == std::string::npos;
  auto const name = !spec.name.empty() ? spec.name : single ? spec.files[0].path : std::string("folder");

  lt::file_storage storage;
  std::map<std::string, Content> by_path;
  for (auto const& file : spec.files) {
    auto const path = single ? name : name + "/" + file.path;
    storage.add_file(path, file.size);
    by_path[path] = file;
  }
  lt::create_torrent maker(storage, spec.piece_size, flags_of(spec));
  maker.set_creation_date(0);
  maker.set_priv(spec.is_private);
  for (std::size_t i = 0; i < spec.trackers.size(); ++i) maker.add_tracker(spec.trackers[i], static_cast<int>(i));
  for (auto const& url : spec.web_seeds) maker.add_url_seed(url);

  MadeTorrent made;
  made.files = in_order(maker.files(), by_path);
  hash(maker, made);
  made.metainfo = maker.generate_buf();
  if (spec.wrong_v1) {
    static constexpr std::string_view key = "6:pieces";
    auto const at = std::ranges::search(made.metainfo, key).end();
    ++*std::next(std::find(at, made.metainfo.end(), ':'));
  }
  auto info = std::make_shared<lt::torrent_info>(lt::span<char const>(made.metainfo), lt::from_span);
  made.files = in_order(info->files(), by_path);  // read back, a v2 torrent of one file has padding behind it
  auto const hashes = info->info_hashes();
  if (hashes.has_v1()) {
    std::memcpy(made.hash.v1.emplace().data(), hashes.v1.data(), 20);
    made.v1_hex = lt::aux::to_hex(hashes.v1);
  }
  if (hashes.has_v2()) {
    std::memcpy(made.hash.v2.emplace().data(), hashes.v2.data(), 32);
    made.v2_hex = lt::aux::to_hex(hashes.v2);
  }
  made.key = made.v1_hex.empty() ? made.v2_hex : made.v1_hex;
  made.name = name;
  made.piece_size = info->piece_length();
  made.piece_count = info->num_pieces();
  made.total_size = info->total_size();
  made.trackers = spec.trackers;
  made.web_seeds = spec.web_seeds;
  made.info = std::move(info);
  return made;
}

MadeTorrent make_torrent(std::string name, std::int64_t size, int piece_size, std::uint64_t seed) {
  TorrentSpec spec;
  spec.files = {payload_file(std::move(name), size, seed)};
  spec.piece_size = piece_size;
  return make_torrent(spec);
}

std::string MadeTorrent::magnet(std::vector<Endpoint> const& peers) const {
  std::ostringstream out;
  out << "magnet:?";
  if (!v1_hex.empty()) out << "xt=urn:btih:" << v1_hex << '&';
  if (!v2_hex.empty()) out << "xt=urn:btmh:1220" << v2_hex << '&';
  out << "dn=" << percent_encode(name);
  for (auto const& url : trackers) out << "&tr=" << percent_encode(url);
  for (auto const& url : web_seeds) out << "&ws=" << percent_encode(url);
  for (auto const& peer : peers) out << "&x.pe=" << peer.str();
  return out.str();
}

int MadeTorrent::file_index(std::string_view path) const {
  for (std::size_t i = 0; i < files.size(); ++i)
    if (files[i].path == path || files[i].path == name + "/" + std::string(path)) return static_cast<int>(i);
  throw std::out_of_range("no such file in the torrent: " + std::string(path));
}

void MadeTorrent::read(std::int64_t offset, std::span<std::byte> into) const {
  for (auto const& file : files) {
    if (into.empty()) return;
    if (offset >= file.size) {
      offset -= file.size;
      continue;
    }
    auto const part =
        into.first(static_cast<std::size_t>(std::min(static_cast<std::int64_t>(into.size()), file.size - offset)));
    file.read(offset, part);
    into = into.subspan(part.size());
    offset = 0;
  }
  if (!into.empty()) throw std::out_of_range("beyond the end of the torrent");
}

void MadeTorrent::write(std::filesystem::path const& folder) const {
  std::vector<Content> real;
  for (auto const index : info->files().file_range())
    if (!info->files().pad_file_at(index)) real.push_back(files[static_cast<std::size_t>(static_cast<int>(index))]);
  write_files(folder, real);
}

std::string percent_encode(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string result;
  for (char const c : text) {
    auto const u = static_cast<unsigned char>(c);
    if (u < 0x80 && (std::isalnum(u) || std::strchr("-._~", c))) {
      result += c;
    } else {
      result += '%';
      result += digits[u >> 4];
      result += digits[u & 15];
    }
  }
  return result;
}

}  // namespace support
