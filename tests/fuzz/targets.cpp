// SPDX-License-Identifier: LGPL-2.1-or-later
#include "targets.hpp"

#include "must.hpp"
#include "swarm/catalog.hpp"
#include "swarm/error.hpp"
#include "swarm/locator.hpp"
#include "swarm/metadata.hpp"
#include "swarm/torrent.hpp"

#include <libtorrent/torrent_info.hpp>

#include <algorithm>
#include <string>

namespace fuzz {

namespace {

using namespace swarm;

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
}

void check(Error const& error) {
  std::string_view const what = error.what();
  must(!what.empty() && what.back() == '.' && what.size() < 300 && is_clean(what), "a message is a clean sentence");
  must(error.advice().size() < 300 && is_clean(error.advice()), "advice is clean");
}

void check(Locator const& locator) {
  must(!locator.hash.empty(), "a locator has a hash");
  must(std::is_sorted(locator.select_only.begin(), locator.select_only.end()), "so is sorted");
  auto const again = Locator::parse(locator.magnet());
  must(again.hash == locator.hash, "the magnet has the hash");
  must(again.trackers == locator.trackers, "the magnet has the trackers");
  must(again.web_seeds == locator.web_seeds, "the magnet has the web seeds");
  must(again.peers == locator.peers, "the magnet has the peers");
  must(again.exact_source == locator.exact_source, "the magnet has xs");
  must(again.select_only == locator.select_only, "the magnet has so");
  if (!locator.metainfo) must(again.name == locator.name, "the magnet has the name");
}

void check(Metadata const& metadata) {
  auto const& layout = metadata.layout;
  must(layout.piece_count() > 0, "there are pieces");
  for (auto const& file : layout.files()) {
    auto const path = '/' + file.path + '/';
    must(path.find("//") == path.npos && path.find("/../") == path.npos && path.find("/./") == path.npos &&
             path.find('\0') == path.npos,
         "paths stay inside");
  }
  auto const last = layout.piece_count() - 1;
  for (auto const& slice : layout.slices(last, 0, layout.piece_size(last)))
    must(slice.offset + slice.size <= layout.file(slice.file).size, "slices lie in files");
  try {
    must(!layout.file(choose_file(layout, TheFilm())).padding, "the film is no padding");
  } catch (Error const& error) {
    check(error);
  }
}

}  // namespace

void locator(Bytes bytes) {
  try {
    check(Locator::parse({reinterpret_cast<char const*>(bytes.data()), bytes.size()}));
  } catch (Error const& error) {
    check(error);
  }
}

void metainfo(Bytes bytes) {
  std::vector<char> const copy(bytes.begin(), bytes.end());
  try {
    auto const locator = Locator::from_metainfo(copy);
    must(*locator.metainfo == copy, "the bytes are kept");
    check(*make_metadata(lt::torrent_info(copy, lt::from_span)));
    constexpr std::size_t longest_link = 60'000;
    if (locator.magnet().size() < longest_link) check(locator);
  } catch (Error const& error) {
    check(error);
    must(error.code() == Errc::bad_input, "it is the input that is bad");
  }
}

}  // namespace fuzz
