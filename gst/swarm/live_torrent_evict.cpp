// SPDX-License-Identifier: LGPL-2.1-or-later
// How a LiveTorrent gives up one of its files. libtorrent never forgets a piece, so the torrent leaves it and comes
// back without them: as soon as nobody reads, or a reader wants one of them. Until then peers don't get them
// (may_upload). And not before they are gone from the disk: what is fetched again must not be taken away again.
#include "swarm/live_torrent.hpp"
#include "swarm/torrent_reader.hpp"

#include <algorithm>

namespace swarm {
namespace {

/// No other file has a part of the piece.
bool alone(Layout const& layout, int file, int piece) {
  auto const parts = layout.slices(piece, 0, layout.piece_size(piece));
  return std::all_of(parts.begin(), parts.end(),
                     [&](Slice const& part) { return part.file == file || layout.file(part.file).padding; });
}

/// A piece that is this file's alone is there: the file was wanted for itself. Not `shared`, which is known not to be.
bool held(Layout const& layout, std::vector<bool> const& verified, int file, int shared) {
  auto const pieces = layout.pieces_of(file);
  for (int p = pieces.first; p < pieces.last; ++p)
    if (p != shared && verified[static_cast<std::size_t>(p)] && alone(layout, file, p)) return true;
  return false;
}

/// The file's pieces, unfinished ones too, but those that hold a part of another file that is `needed` or held.
std::vector<int> pieces_to_give_up(Layout const& layout, std::vector<bool> const& verified, int file,
                                   std::set<int> const& needed) {
  auto const own = layout.pieces_of(file);
  std::vector<int> pieces;
  for (int p = own.first; p < own.last; ++p) {
    auto const parts = layout.slices(p, 0, layout.piece_size(p));
    bool const stays = std::any_of(parts.begin(), parts.end(), [&](Slice const& part) {
      return part.file != file && !layout.file(part.file).padding &&
             (needed.contains(part.file) || held(layout, verified, part.file, p));
    });
    if (!stays) pieces.push_back(p);
  }
  return pieces;
}

}  // namespace

std::vector<int> LiveTorrent::files_in_use() const {
  std::vector<int> files;
  auto readers = readers_.lock();
  for (auto const* reader : *readers)
    if (auto const file = reader->file(); file && std::find(files.begin(), files.end(), *file) == files.end())
      files.push_back(*file);
  return files;
}

void LiveTorrent::evict(int file, std::function<void(std::string const&)> done) {
  if (!ledger_) return done("The torrent is in memory.");
  auto const posted = services_->network->post([self = me(), file, done] {
    std::string why_not;
    auto const pieces = self->begin_evicting(file, why_not);
    if (!why_not.empty()) return done(why_not);
    self->discarding_.insert(pieces.begin(), pieces.end());
    self->save_soon();  // it may have been kept
    self->demand_changed();
    self->watches_.notify();
    self->ledger_->discard(pieces, [self, pieces, done](std::string const& error) {
      self->services_->network->post([self, pieces] { self->on_discarded(pieces); });
      done(error);
    });
  });
  if (!posted) done("The session has ended.");
}

void LiveTorrent::on_discarded(std::vector<int> const& pieces) {
  for (int const piece : pieces) discarding_.erase(piece);
  demand_changed();
}

std::vector<int> LiveTorrent::begin_evicting(int file, std::string& why_not) {
  // A reader that is opened from now on sees none of these pieces.
  auto readers = readers_.lock();
  if (std::any_of(readers->begin(), readers->end(), [&](auto const* reader) { return reader->file() == file; })) {
    why_not = "The file is in use.";
    return {};
  }
  std::set<int> needed;
  for (auto const* reader : *readers)
    if (auto const read = reader->file()) needed.insert(*read);
  std::vector<int> pieces;
  {
    auto state = state_.lock();
    if (!state->metadata || file < 0 || file >= state->metadata->layout.file_count()) {
      why_not = "There is no such file.";
      return {};
    }
    if (state->keep_file == file) {
      state->keep_file.reset();
      state->remembered.keep.reset();
    }
    if (state->keep_file) needed.insert(*state->keep_file);
    pieces = pieces_to_give_up(state->metadata->layout, state->verified, file, needed);
  }
  for (int const piece : pieces) give_up(piece);
  return pieces;
}

bool LiveTorrent::wants_evicted(Wants const& wants) const {
  auto const any = [&](int first, int last) {
    auto const found = evicted_.lower_bound(first);
    return found != evicted_.end() && *found < last;
  };
  return std::any_of(wants.ahead.begin(), wants.ahead.end(), [&](auto const& w) { return any(w.first, w.last); }) ||
         (wants.keep && any(wants.keep->first, wants.keep->last));
}

}  // namespace swarm
