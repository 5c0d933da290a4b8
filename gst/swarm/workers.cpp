// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/workers.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

namespace swarm {

struct Workers::Pool {
  explicit Pool(int threads) : threads(static_cast<std::size_t>(threads)) {}
  boost::asio::thread_pool threads;
};

Workers::Workers(int threads) : pool_(std::make_unique<Pool>(threads)) {}
Workers::~Workers() = default;
void Workers::finish() { pool_->threads.join(); }
void Workers::post(std::function<void()> job) { boost::asio::post(pool_->threads, std::move(job)); }

struct Workers::Serial::Strand {
  boost::asio::strand<boost::asio::thread_pool::executor_type> strand;
};

Workers::Serial::Serial(std::shared_ptr<Workers> workers)
    : workers_(std::move(workers)),
      strand_(std::make_unique<Strand>(Strand{boost::asio::make_strand(workers_->pool_->threads)})) {}
Workers::Serial::~Serial() = default;
void Workers::Serial::post(std::function<void()> job) { boost::asio::post(strand_->strand, std::move(job)); }

}  // namespace swarm
