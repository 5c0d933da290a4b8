// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/slice_demuxer.hpp"

#include <utility>

namespace hls {

SliceDemuxer::SliceDemuxer(std::shared_ptr<ByteSource> source, Container container)
    : source_(std::move(source)), container_(container), searched_(source_) {}

std::shared_ptr<ByteSource> SliceDemuxer::slice(ByteSlice::Head head, std::int64_t begin, std::int64_t end) const {
  return std::make_shared<ByteSlice>(source_, begin, end, std::move(head));
}

void SliceDemuxer::open(std::shared_ptr<ByteSource> slice) {
  Pipeline const pipeline(std::make_shared<ByteGate>(std::move(slice)), container_);
  tracks_ = pipeline.tracks();
  streams_ = pipeline.streams();
}

void SliceDemuxer::read_slice(std::shared_ptr<ByteSource> slice, std::vector<int> const& tracks, Taker& taker) {
  struct Idle {
    SliceDemuxer& self;
    ~Idle() {
      std::shared_ptr<Pipeline> old;  // ends after the lock
      std::lock_guard lock(self.mutex_);
      old = std::exchange(self.pipeline_, nullptr);
      self.gate_.reset();
    }
  };
  Idle const idle{*this};
  auto const gate = std::make_shared<ByteGate>(std::move(slice));
  {
    std::lock_guard lock(mutex_);
    searched_.pass();
    gate_ = gate;
  }
  auto const pipeline = std::make_shared<Pipeline>(gate, container_, true, streams_);
  {
    std::lock_guard lock(mutex_);
    pipeline_ = pipeline;
  }
  pipeline->read(Time::zero(), tracks, taker);
}

void SliceDemuxer::cancel() {
  std::lock_guard lock(mutex_);
  if (!gate_) {
    searched_.cancel();
    return;
  }
  gate_->cancel();
  if (pipeline_) pipeline_->wake();  // held, so that the pipeline never ends here: that takes its time
}

}  // namespace hls
