// SPDX-License-Identifier: LGPL-2.1-or-later
// A demuxer that never seeks: each read has a pipeline of its own, on the slice of the film that begins where the read
// does.
#pragma once

#include "hls/byte_slice.hpp"
#include "hls/gated_source.hpp"
#include "hls/pipeline.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace hls {

/// For containers whose places are found by us.
class SliceDemuxer : public Demuxer {
 public:
  [[nodiscard]] std::vector<Track> const& tracks() const override { return tracks_; }
  [[nodiscard]] std::vector<std::string> streams() const override { return streams_; }
  void cancel() override;
  void uncancel() override { searched_.uncancel(); }

 protected:
  SliceDemuxer(std::shared_ptr<ByteSource> source, Container container);

  /// The film's bytes for the search: also its reads are ended by cancel().
  [[nodiscard]] ByteSource& searched() const { return searched_; }
  /// `head`, then bytes [begin, end) of the film.
  [[nodiscard]] std::shared_ptr<ByteSource> slice(ByteSlice::Head head, std::int64_t begin, std::int64_t end) const;
  /// Learns the tracks from the film's first slice.
  void open(std::shared_ptr<ByteSource> slice);
  /// What begins with the slice.
  void read_slice(std::shared_ptr<ByteSource> slice, std::vector<int> const& tracks, Taker& taker);

 private:
  std::shared_ptr<ByteSource> const source_;
  Container const container_;
  GatedSource mutable searched_;
  std::vector<Track> tracks_;
  std::vector<std::string> streams_;
  std::mutex mutex_;
  std::shared_ptr<ByteGate> gate_;      // under mutex_: of the read that goes on
  std::shared_ptr<Pipeline> pipeline_;  // under mutex_
};

}  // namespace hls
