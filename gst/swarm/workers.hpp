// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <memory>

namespace swarm {

/// A few threads for disk work: boost::asio's thread pool. Thread-safe. finish() has to come before the last reference
/// goes, which a job may hold: a pool can't be joined from its own threads.
class Workers {
 public:
  explicit Workers(int threads);
  ~Workers();
  Workers(Workers const&) = delete;
  Workers& operator=(Workers const&) = delete;

  void post(std::function<void()> job);
  /// Runs what was posted, then ends the threads; what is posted later never runs.
  void finish();

  /// Jobs posted to one Serial run one after the other, in order, on the threads of its Workers.
  class Serial {
   public:
    explicit Serial(std::shared_ptr<Workers> workers);
    ~Serial();
    void post(std::function<void()> job);

   private:
    struct Strand;
    std::shared_ptr<Workers> workers_;
    std::unique_ptr<Strand> strand_;
  };

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace swarm
