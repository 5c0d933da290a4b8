// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads a film by pipelines that live for one read, each on a slice of its bytes.
#pragma once

#include "hls/pipeline.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace hls {

/// For demuxers that find the place themselves. One thread at a time reads and searches; cancel and uncancel are
/// thread-safe and do what Demuxer's do.
class SliceReader {
 public:
  explicit SliceReader(std::shared_ptr<ByteSource> source);
  ~SliceReader();

  /// The film's bytes for the search: also its reads are ended by cancel().
  [[nodiscard]] ByteSource& searched() const;
  /// What begins with the slice. `streams`: see Pipeline.
  void read(std::shared_ptr<ByteSource> slice, Container container, std::vector<std::string> const& streams,
            std::vector<int> const& tracks, Demuxer::Taker& taker);
  void cancel();
  void uncancel();

 private:
  class Searched;

  std::unique_ptr<Searched> const searched_;
  std::mutex mutex_;
  std::shared_ptr<ByteGate> gate_;      // under mutex_: of the read that goes on
  std::shared_ptr<Pipeline> pipeline_;  // under mutex_
};

}  // namespace hls
