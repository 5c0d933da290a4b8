// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/slice_reader.hpp"

#include <utility>

namespace hls {

/// A source behind a gate of its own.
class SliceReader::Searched final : public ByteSource {
 public:
  explicit Searched(std::shared_ptr<ByteSource> source) : gate_(std::move(source)) {}

  [[nodiscard]] std::int64_t size() const override { return gate_.size(); }
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override {
    auto const got = gate_.read(offset, into);
    if (auto const failure = gate_.take_failure()) std::rethrow_exception(failure);
    if (!got) pass();
    return got.value_or(0);
  }
  void cancel() override { gate_.cancel(); }
  void uncancel() override { gate_.uncancel(); }

  /// Throws Cancelled after cancel(), once.
  void pass() {
    if (!gate_.cancelled()) return;
    gate_.uncancel();
    throw Cancelled();
  }

 private:
  ByteGate gate_;
};

SliceReader::SliceReader(std::shared_ptr<ByteSource> source)
    : searched_(std::make_unique<Searched>(std::move(source))) {}

SliceReader::~SliceReader() = default;

ByteSource& SliceReader::searched() const { return *searched_; }

void SliceReader::read(std::shared_ptr<ByteSource> slice, Container container, std::vector<std::string> const& streams,
                       std::vector<int> const& tracks, Demuxer::Taker& taker) {
  struct Idle {
    SliceReader& self;
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
    searched_->pass();
    gate_ = gate;
  }
  auto const pipeline = std::make_shared<Pipeline>(gate, container, true, streams);
  {
    std::lock_guard lock(mutex_);
    pipeline_ = pipeline;
  }
  pipeline->read(Time::zero(), tracks, taker);
}

void SliceReader::cancel() {
  std::lock_guard lock(mutex_);
  if (!gate_) {
    searched_->cancel();
    return;
  }
  gate_->cancel();
  if (pipeline_) pipeline_->wake();  // held, so that the pipeline never ends here: that takes its time
}

void SliceReader::uncancel() {
  std::lock_guard lock(mutex_);
  searched_->uncancel();
}

}  // namespace hls
