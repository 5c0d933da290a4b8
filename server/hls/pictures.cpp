// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/pictures.hpp"

#include "hls/facts_folder.hpp"
#include "hls/jpeg.hpp"
#include "hls/still.hpp"
#include "swarm/error.hpp"

#include <gst/gst.h>

#include <list>
#include <mutex>
#include <stop_token>
#include <utility>

namespace hls {
namespace {

using FactsPtr = std::shared_ptr<Facts const>;

constexpr int threads = 2;
constexpr unsigned most_queued = 64;
constexpr std::size_t most_facts = 8;

/// Of the film's length: behind titles, before the end.
constexpr double poster_places[] = {0.1, 0.2, 0.35, 0.5, 0.05, 0.7, 0.02, 0};
constexpr double enough_contrast = 24;

struct Job {
  Origin origin;
  Pictures::Wanted wanted;
  Producer::Answer<Picture> answer;
  std::stop_token stop;
};

}  // namespace

class Pictures::Work {
 public:
  explicit Work(Limits limits) : cache_(limits.cache_bytes), folder_(std::move(limits.folder)) {
    for (auto& pool : pools_)
      pool = g_thread_pool_new(
          [](gpointer job, gpointer work) {
            std::unique_ptr<Job> const owned(static_cast<Job*>(job));
            static_cast<Work*>(work)->run(*owned);
          },
          this, threads, FALSE, nullptr);
  }
  Work(Work const&) = delete;
  Work& operator=(Work const&) = delete;
  ~Work() {
    for (auto* pool : pools_) g_thread_pool_free(pool, FALSE, TRUE);
  }

  /// Who waits for the swarm holds up nobody else.
  void push(std::unique_ptr<Job> job) {
    auto* pool = pools_[job->wanted.waits ? 1 : 0];
    if (g_thread_pool_unprocessed(pool) >= most_queued)
      return job->answer({.error = std::make_exception_ptr(Cancelled())});
    g_thread_pool_push(pool, job.release(), nullptr);
  }

  void forget(std::string const& info_hash) {
    auto const prefix = info_hash + "/";
    cache_.erase(prefix);
    std::lock_guard lock(mutex_);
    std::erase_if(facts_, [&](auto const& known) { return known.first.starts_with(prefix); });
  }

 private:
  void run(Job const& job) {
    Outcome<Picture> outcome{.verified = true};
    try {
      if (job.stop.stop_requested()) throw Cancelled();
      outcome.value = made(job);
    } catch (...) {
      outcome.error = std::current_exception();
    }
    job.answer(std::move(outcome));
  }

  Picture made(Job const& job) {
    gst_init_check(nullptr, nullptr, nullptr);
    auto const source = std::make_shared<ReaderSource>(job.origin.open({}));
    std::stop_callback const end(job.stop, [&] { source->cancel(); });
    auto const facts = facts_of(job.origin, source);
    if (!facts->video()) throw NoPicture();
    if (!job.wanted.at) return poster(job, source, *facts);
    auto const at = facts->timeline.start + *job.wanted.at;
    // Without a list of key frames, of each second one.
    auto const found = key_frame_at(*facts, at).value_or(std::chrono::floor<std::chrono::seconds>(at));
    auto const key = key_of(job, std::to_string(found.count()));
    if (auto kept = cache_.find(key)) return {kept};
    return {keep(key, *take_still(source, *facts, found, job.wanted.width, job.stop).picture)};
  }

  /// The first of some places where there is something to see; else the best of them.
  Picture poster(Job const& job, std::shared_ptr<ByteSource> const& source, Facts const& facts) {
    auto const key = key_of(job, "poster");
    if (auto kept = cache_.find(key)) return {kept};
    auto const& timeline = facts.timeline;
    auto const length = std::chrono::duration<double>(timeline.end - timeline.start);
    Still best;
    double most = -1;
    bool settled = true;
    std::exception_ptr failure;
    for (auto const share : poster_places) try {
        auto const at = timeline.start + std::chrono::duration_cast<Time>(share * length);
        auto still = take_still(source, facts, at, job.wanted.width, job.stop);
        auto const seen = contrast(*still.picture);
        if (seen > most) {
          most = seen;
          best = std::move(still);
        }
        if (most >= enough_contrast) break;
      } catch (DemuxFailed const&) {
        failure = std::current_exception();
      } catch (swarm::Error const& error) {
        if (error.code() != swarm::Errc::read_timeout || job.wanted.waits) throw;
        failure = std::current_exception();
        settled = false;
      }
    if (!best.picture) std::rethrow_exception(failure);
    if (settled) return {keep(key, *best.picture)};
    return {std::make_shared<Bytes const>(jpeg(*best.picture)), false};
  }

  static std::string key_of(Job const& job, std::string const& which) {
    return job.origin.key + "/" + std::to_string(job.wanted.width) + "/" + which;
  }

  Content keep(std::string const& key, AVFrame const& picture) {
    auto content = std::make_shared<Bytes const>(jpeg(picture));
    cache_.put(key, content);
    return content;
  }

  FactsPtr facts_of(Origin const& origin, std::shared_ptr<ByteSource> const& source) {
    {
      std::lock_guard lock(mutex_);
      for (auto known = facts_.begin(); known != facts_.end(); ++known)
        if (known->first == origin.key) {
          facts_.splice(facts_.begin(), facts_, known);
          return facts_.front().second;
        }
    }
    auto facts = folder_.read(origin.key);
    std::unique_ptr<Demuxer> demuxer;
    if (!facts) facts = learn(source, origin.name, false, demuxer);
    std::lock_guard lock(mutex_);
    facts_.emplace_front(origin.key, facts);
    if (facts_.size() > most_facts) facts_.pop_back();
    return facts;
  }

  SegmentCache cache_;
  FactsFolder const folder_;
  GThreadPool* pools_[2] = {};
  std::mutex mutex_;
  std::list<std::pair<std::string, FactsPtr>> facts_;  ///< the one used last first
};

Pictures::Pictures(Limits limits) : work_(std::make_unique<Work>(std::move(limits))) {}
Pictures::~Pictures() = default;

Producer::Ticket Pictures::make(Origin const& origin, Wanted const& wanted, Producer::Answer<Picture> answer) {
  std::stop_source stop;
  Producer::Ticket ticket(nullptr, [stop](void*) mutable { stop.request_stop(); });
  work_->push(std::make_unique<Job>(Job{origin, wanted, std::move(answer), stop.get_token()}));
  return ticket;
}

void Pictures::forget(std::string const& info_hash) { work_->forget(info_hash); }

}  // namespace hls
