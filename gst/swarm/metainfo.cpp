// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/metainfo.hpp"

#include "swarm/error.hpp"
#include "swarm/limits.hpp"
#include "swarm/locator.hpp"
#include "swarm/metadata.hpp"
#include "swarm/names_cost.hpp"
#include "swarm/quote.hpp"
#include "swarm/torrent.hpp"
#include "swarm/uri.hpp"

#include <libtorrent/bdecode.hpp>
#include <libtorrent/error_code.hpp>
#include <libtorrent/torrent_info.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace swarm {

namespace {

using lt::errors::error_code_enum;

[[noreturn]] void refuse(std::string const& what, std::string const& advice = {}) {
  throw Error(Errc::bad_input, what, advice);
}

constexpr char const* get_it_again = "Download the file again.";

/// Why libtorrent refuses an info dictionary, in words for its user.
constexpr std::pair<error_code_enum, char const*> reasons[] = {
    {lt::errors::torrent_missing_name, "a file, or the torrent, has no name"},
    {lt::errors::torrent_invalid_name, "a file has a name that is no text"},
    {lt::errors::torrent_invalid_length, "the size of a file is missing, negative or too large, or all are empty"},
    {lt::errors::torrent_file_parse_failed, "the list of files is malformed"},
    {lt::errors::torrent_missing_pieces, "the hashes of the pieces are missing"},
    {lt::errors::torrent_invalid_hashes, "the number of hashes does not match the size of the files"},
    {lt::errors::too_many_pieces_in_torrent, "it has too many pieces"},
    {lt::errors::torrent_missing_piece_length, "its piece length can't be used"},
    {lt::errors::invalid_bencoding, "it breaks the rules of bencoding"},
    {lt::errors::torrent_unknown_version, "it is of a version of BitTorrent that is not known yet"},
    {lt::errors::torrent_missing_file_tree, "it says that it is of version 2, but its file tree is missing"},
    {lt::errors::torrent_missing_meta_version, "it has a file tree, but does not say that it is of version 2"},
    {lt::errors::torrent_inconsistent_files, "its files of version 1 and version 2 differ"},
    {lt::errors::torrent_missing_piece_layer, "its piece layers are malformed"},
    {lt::errors::torrent_invalid_piece_layer, "its piece layers do not match the files"},
    {lt::errors::torrent_missing_pieces_root, "the hash of a file is missing"},
    {lt::errors::torrent_invalid_pad_file, "it has padding where version 2 allows none"},
    {lt::errors::no_files_in_torrent, "it has no files"},
    {lt::errors::metadata_too_large, "it is too large"},
};

std::string reason(lt::error_code const& error) {
  for (auto const& [code, words] : reasons)
    if (error == code) return words;
  return clean_text(error.message(), 80);
}

/// What is no bencoding at all is most often one of these.
void check_kind(std::string_view bytes) {
  if (bytes.empty()) refuse("The .torrent file is empty.", get_it_again);
  if (bytes.size() > max_metainfo_bytes)
    refuse("The .torrent file has " + std::to_string(bytes.size()) + " bytes; at most " +
           std::to_string(max_metainfo_bytes) + " are accepted.");
  if (bytes.front() == 'd') return;
  if (bytes.front() == '<')
    refuse("The .torrent file is a web page.", "Sign in where it came from, or copy its address anew.");
  if (bytes.starts_with("\x1f\x8b")) refuse("The .torrent file is compressed (gzip).", "Unpack it first.");
  if (has_scheme(bytes, "magnet")) refuse("The .torrent file holds a magnet link.", "Give the link itself.");
  refuse("The file is not a .torrent: it is not bencoded.", get_it_again);
}

lt::bdecode_node decode(std::vector<char> const& bytes) {
  lt::load_torrent_limits const limits;
  lt::error_code error;
  int position = 0;
  lt::bdecode_node node;
  lt::bdecode(bytes.data(), bytes.data() + bytes.size(), node, error, &position, limits.max_decode_depth,
              limits.max_decode_tokens);
  if (error && (error == lt::bdecode_errors::unexpected_eof || position >= static_cast<int>(bytes.size())))
    refuse("The .torrent file is cut off: it ends after " + std::to_string(bytes.size()) + " bytes.", get_it_again);
  if (error == lt::bdecode_errors::depth_exceeded) refuse("The .torrent file is nested too deep.");
  if (error == lt::bdecode_errors::limit_exceeded) refuse("The .torrent file has too many parts.");
  if (error)
    refuse("The .torrent file is damaged: it is not bencoded at byte " + std::to_string(position) + ".", get_it_again);
  return node;
}

/// What libtorrent has one error, or none, for.
void check_pieces(lt::bdecode_node const& info) {
  auto const length = info.dict_find("piece length");
  if (!length || length.type() != lt::bdecode_node::int_t)
    refuse("The .torrent file does not say how long its pieces are.");
  auto const bytes = length.int_value();
  auto const pieces_of = "The .torrent file says that its pieces have " + std::to_string(bytes) + " bytes";
  if (bytes <= 0) refuse(pieces_of + ".");
  if (bytes > max_piece_length) refuse(pieces_of + "; at most " + std::to_string(max_piece_length) + " are accepted.");
  bool const power_of_two = (bytes & (bytes - 1)) == 0;
  if (info.dict_find_int_value("meta version", 1) == 2 && (!power_of_two || bytes < block_bytes))
    refuse(pieces_of + "; in version 2 that must be a power of two, at least 16384.");
  if (auto const pieces = info.dict_find("pieces"); pieces) {
    if (pieces.type() != lt::bdecode_node::string_t || pieces.string_length() % 20 != 0)
      refuse("The hashes in the .torrent file are cut off: their length is no multiple of 20.");
  }
}

/// In order, tier by tier; libtorrent would shuffle them.
std::vector<std::string> trackers_of(lt::bdecode_node const& torrent) {
  std::vector<std::string> trackers;
  auto const add = [&](lt::string_view url) {
    auto const first = std::find_if(url.begin(), url.end(), [](char c) { return c != ' '; });
    std::string_view const trimmed(url.data() + (first - url.begin()), static_cast<std::size_t>(url.end() - first));
    auto address = web_address(trimmed, {"http", "https", "udp"});
    if (address && std::find(trackers.begin(), trackers.end(), *address) == trackers.end())
      trackers.push_back(*std::move(address));
  };
  auto const tiers = torrent.dict_find_list("announce-list");
  constexpr int most = 1000;
  for (int t = 0; tiers && t < std::min(tiers.list_size(), most); ++t) {
    auto const tier = tiers.list_at(t);
    if (tier.type() != lt::bdecode_node::list_t) continue;
    for (int i = 0; i < tier.list_size() && static_cast<int>(trackers.size()) < most; ++i)
      add(tier.list_string_value_at(i));
  }
  if (trackers.empty()) add(torrent.dict_find_string_value("announce"));
  return trackers;
}

std::vector<std::string> web_seeds_of(lt::torrent_info const& torrent) {
  std::vector<std::string> seeds;
  for (auto const& seed : torrent.web_seeds()) {
    if (seed.type != lt::web_seed_entry::url_seed) continue;
    if (auto url = web_address(seed.url, {"http", "https"})) seeds.push_back(*std::move(url));
  }
  return seeds;
}

}  // namespace

Locator Locator::from_metainfo(std::vector<char> bytes) {
  check_kind({bytes.data(), bytes.size()});
  auto const node = decode(bytes);
  auto const info = node.dict_find("info");
  if (!info) refuse("The .torrent file has no info dictionary, so that it names no torrent.", get_it_again);
  if (info.type() != lt::bdecode_node::dict_t)
    refuse("The info of the .torrent file is not a dictionary.", get_it_again);
  check_pieces(info);

  try {
    check_names(info);
    // Once without making names different, to see whether libtorrent may be let do that.
    lt::torrent_info plain((lt::info_hash_t()));
    lt::error_code error;
    plain.parse_info_section(info, error, max_pieces);
    if (error) refuse("The .torrent file can't be used: " + reason(error) + ".");
    check_equal_names(plain);

    lt::load_torrent_limits limits;
    limits.max_pieces = max_pieces;
    lt::torrent_info const torrent(node, limits);
    auto const metadata = make_metadata(torrent);
    Locator locator;
    locator.hash = metadata->hash;
    locator.name = metadata->name;
    locator.trackers = trackers_of(node);
    locator.web_seeds = web_seeds_of(torrent);
    locator.metainfo = std::make_shared<std::vector<char> const>(std::move(bytes));
    return locator;
  } catch (lt::system_error const& error) {
    refuse("The .torrent file can't be used: " + reason(error.code()) + ".");
  } catch (Error const& error) {
    throw Error(Errc::bad_input, error.what(), error.advice());
  } catch (std::exception const& error) {
    refuse("The .torrent file can't be used: " + clean_text(error.what(), 80) + ".");
  }
}

}  // namespace swarm
