// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/producer.hpp"

#include "swarm/error.hpp"

#include <gst/gst.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace hls {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_tries = 3;

/// A demuxer that stands open on a film.
struct Line {
  std::shared_ptr<ReaderSource> source;
  std::unique_ptr<Demuxer> demuxer;
  std::size_t at = 0;          ///< index of the segment made last
  Reel const* reel = nullptr;  ///< that the demuxer is open on
  Clock::time_point used;
};

/// What is known of a film, and what stands open on it.
struct Film {
  std::shared_ptr<Facts const> facts;
  bool verified = false;
  /// Until verified: who read the bytes that the facts were made from, and which.
  std::shared_ptr<ReaderSource> witness;
  ReaderSource::Account account;
  std::vector<std::unique_ptr<Line>> idle;
  Clock::time_point used = Clock::now();

  bool check() {
    if (facts && !verified && witness && witness->verified(account)) {
      verified = true;
      witness.reset();
    }
    return verified;
  }
};

struct Result {
  std::shared_ptr<Facts const> facts;
  Content content;
  bool verified = false;
  std::exception_ptr error;
};

struct Job {
  std::string key;
  Origin origin;
  std::shared_ptr<Facts const> facts;  ///< null: to be learnt
  Item item;
  bool ahead = false;   ///< nobody waits for it yet
  bool sought = false;  ///< the viewer has nothing of the film before it: sees nothing until it is there
  std::map<int, std::function<void(Result const&)>> waiters;
  std::shared_ptr<ReaderSource> source;  ///< at work
  Demuxer* demuxer = nullptr;
  bool withdrawn = false;
  std::stop_source stop;  ///< of coding
  Material material;      ///< read, and waits to be coded
  bool verified = false;  ///< that it was read from
};
using JobPtr = std::shared_ptr<Job>;

std::string file_of(std::string const& folder, std::string key) {
  std::replace(key.begin(), key.end(), '/', '-');
  return folder + "/" + key + ".facts";
}

/// Between which bytes of the file a segment is, or about there.
swarm::ByteRange place_of(Facts const& facts, std::size_t index) {
  if (auto const place = facts.place(index)) return *place;
  auto const& segment = facts.segments[index];
  auto const place = [&](Time time, double margin) {
    auto const share = std::chrono::duration<double>(time - facts.timeline.start) /
                       std::chrono::duration<double>(facts.timeline.end - facts.timeline.start);
    return static_cast<std::int64_t>(std::clamp(share + margin, 0., 1.) * static_cast<double>(facts.file_size));
  };
  return {place(segment.begin, -0.01), place(segment.end, 0.01)};
}

}  // namespace

class Producer::Work : public std::enable_shared_from_this<Work> {
 public:
  explicit Work(Limits limits) : limits_(std::move(limits)), cache_(limits_.cache_bytes) {
    pool_ = g_thread_pool_new(
        [](gpointer data, gpointer) {
          std::unique_ptr<Task> const task(static_cast<Task*>(data));
          task->run();
        },
        nullptr, limits_.threads, FALSE, nullptr);
    // Who waits comes before what is made ahead.
    g_thread_pool_set_sort_function(
        pool_,
        [](gconstpointer a, gconstpointer b, gpointer) -> gint {
          return static_cast<Task const*>(a)->rank - static_cast<Task const*>(b)->rank;
        },
        nullptr);
    coders_ = g_thread_pool_new([](gpointer, gpointer work) { static_cast<Work*>(work)->code_one(); }, this,
                                std::max(limits_.codings, 1), FALSE, nullptr);
    push([] { prepare(); }, waited_for);
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopped_ = true;
      for (auto& [key, job] : jobs_) withdraw(*job);
    }
    g_thread_pool_free(pool_, FALSE, TRUE);
    g_thread_pool_free(coders_, FALSE, TRUE);
    films_.clear();
  }

  Ticket learn(Origin const& origin, Answer<std::shared_ptr<Facts const>> answer) {
    auto told = [answer = std::move(answer)](Result const& r) { answer({r.facts, r.verified, r.error}); };
    Result known;
    {
      std::lock_guard lock(mutex_);
      auto& film = films_[origin.key];
      film.used = Clock::now();
      if (!film.facts) return ask(origin.key + "/facts", {.origin = origin}, std::move(told));
      known = {film.facts, nullptr, film.check(), nullptr};
    }
    told(known);
    return nullptr;
  }

  Ticket make(Origin const& origin, std::shared_ptr<Facts const> const& facts, Item const& item,
              Answer<Content> answer) {
    auto told = [answer = std::move(answer)](Result const& r) { answer({r.content, r.verified, r.error}); };
    auto const key = key_of(origin, *facts, item);
    if (auto content = cache_.find(key)) {
      told({nullptr, std::move(content), true, nullptr});
      // Who finds what was coded ahead wants to find the one after it, too.
      if (codes_pictures(item)) make_next({.origin = origin, .facts = facts, .item = item});
      return nullptr;
    }
    Job job{.origin = origin, .facts = facts, .item = item};
    std::lock_guard lock(mutex_);
    job.sought = !reads_on(origin, *facts, item);
    return ask(key, std::move(job), std::move(told));
  }

  void tidy() {
    std::vector<std::unique_ptr<Line>> closed;
    std::lock_guard lock(mutex_);
    auto const now = Clock::now();
    for (auto film = films_.begin(); film != films_.end();) {
      auto& idle = film->second.idle;
      for (auto& line : idle)
        if (now - line->used >= limits_.warm_for) closed.push_back(std::move(line));
      std::erase(idle, nullptr);
      bool const busy = std::any_of(jobs_.begin(), jobs_.end(),
                                    [&](auto const& job) { return job.second->origin.key == film->first; });
      // Its facts stay as long: a request asks for them first, and for a segment then.
      bool const unused = idle.empty() && !busy && now - film->second.used >= limits_.warm_for;
      film = unused ? films_.erase(film) : std::next(film);
    }
    close(std::move(closed));
  }

  void forget(std::string const& info_hash) {
    auto const prefix = info_hash + "/";
    cache_.erase(prefix);
    std::lock_guard lock(mutex_);
    for (auto& [name, job] : jobs_)
      if (name.starts_with(prefix)) withdraw(*job);
    for (auto film = films_.lower_bound(prefix); film != films_.end() && film->first.starts_with(prefix);) {
      close(std::move(film->second.idle));
      film = films_.erase(film);
    }
  }

 private:
  struct Task {
    std::function<void()> run;
    int rank;
  };
  enum Rank { waited_for, made_ahead, closing };

  static std::string key_of(Origin const& origin, Facts const& facts, Item const& item) {
    return origin.key + "/" + package_name(item.rendition.packaging) + "/" + name_of(item.rendition) + "/" +
           file_name(item, facts);
  }

  /// What lies before it was made, or is being made: a viewer has that to watch meanwhile.
  bool reads_on(Origin const& origin, Facts const& facts, Item item) const {
    if (item.init || item.index-- == 0) return false;
    auto const before = key_of(origin, facts, item);
    return jobs_.contains(before) || cache_.has(before);
  }

  /// With the lock held.
  Ticket ask(std::string const& key, Job question, std::function<void(Result const&)> told) {
    auto& job = jobs_[key];
    bool const is_new = !job || job->withdrawn;
    if (is_new) {
      job = std::make_shared<Job>(std::move(question));
      job->key = key;
    }
    job->ahead = false;
    int const id = next_waiter_++;
    job->waiters.emplace(id, std::move(told));
    if (is_new)
      push(job);
    else
      make_room();
    return Ticket(nullptr, [weak = weak_from_this(), job, id](void*) {
      if (auto work = weak.lock()) work->leave(job, id);
    });
  }

  void push(JobPtr const& job) {
    push([this, job] { run(job); }, job->ahead ? made_ahead : waited_for);
  }
  /// With the lock held: the pool ends after stop(), and this after the pool.
  void push(std::function<void()> run, Rank rank) {
    if (!stopped_) g_thread_pool_push(pool_, new Task{std::move(run), rank}, nullptr);
  }

  void leave(JobPtr const& job, int id) {
    std::lock_guard lock(mutex_);
    if (job->waiters.erase(id) > 0 && job->waiters.empty()) withdraw(*job);
  }

  /// With the lock held, which keeps what is at work alive.
  static void withdraw(Job& job) {
    job.withdrawn = true;
    job.stop.request_stop();
    if (job.source) job.source->cancel();
    if (job.demuxer) job.demuxer->cancel();
  }

  /// Looks at all plugins, the first time on a machine: seconds.
  static void prepare() {
    static std::once_flag once;
    std::call_once(once, [] { gst_init_check(nullptr, nullptr, nullptr); });
  }

  void run(JobPtr const& job) {
    prepare();
    Result result;
    for (int tries = 1;; ++tries) {
      bool again = false;
      try {
        // Before it takes a demuxer that others could use.
        if (job->stop.stop_requested()) throw Cancelled();
        result = job->facts ? produce(*job, again) : find_out(*job);
        break;
      } catch (swarm::Error const& error) {
        result.error = std::current_exception();
        if (error.code() == swarm::Errc::wrong_bytes) again = distrust(job->origin.key);
      } catch (DemuxFailed const&) {
        result.error = std::current_exception();  // `again`: a demuxer that had been used before
      } catch (...) {
        result.error = std::current_exception();
      }
      std::lock_guard lock(mutex_);
      if (!again || job->withdrawn || tries >= most_tries) break;
    }
    if (codes_pictures(job->item) && !result.error)
      to_be_coded(job, result.verified);
    else
      finish(job, result);
  }

  void finish(JobPtr const& job, Result const& result) {
    std::map<int, std::function<void(Result const&)>> waiters;
    {
      std::lock_guard lock(mutex_);
      if (auto found = jobs_.find(job->key); found != jobs_.end() && found->second == job) jobs_.erase(found);
      waiters.swap(job->waiters);
    }
    if (result.content && result.verified) cache_.put(job->key, result.content);
    for (auto& [id, told] : waiters) told(result);
    if (result.content && !waiters.empty()) make_next(*job);
  }

  // Coding takes a processor for seconds. It has threads of its own, so that nothing else waits for it, and few.

  void to_be_coded(JobPtr const& job, bool verified) {
    {
      std::lock_guard lock(mutex_);
      job->verified = verified;
      if (!stopped_) {
        to_code_.push_back(job);
        make_room();
        g_thread_pool_push(coders_, this, nullptr);
        return;
      }
    }
    finish(job, {.error = std::make_exception_ptr(Cancelled())});
  }

  /// With the lock held. What is coded ahead gives way to what is waited for.
  void make_room() {
    auto const waits = [](JobPtr const& job) { return !job->ahead && !job->withdrawn; };
    auto const waiting = std::count_if(to_code_.begin(), to_code_.end(), waits);
    auto const busy = std::count_if(coding_.begin(), coding_.end(), [](auto const& job) { return !job->withdrawn; });
    if (waiting <= std::max(limits_.codings, 1) - busy) return;
    auto const ahead =
        std::find_if(coding_.begin(), coding_.end(), [](auto const& job) { return job->ahead && !job->withdrawn; });
    if (ahead != coding_.end()) withdraw(**ahead);
  }

  /// The one that is needed most: withdrawn ones are done with at once; who has sought sees nothing yet, who reads on
  /// has something to watch, and what is made ahead can wait.
  JobPtr next_to_code() {
    auto const urgency = [](JobPtr const& job) { return job->withdrawn ? 0 : job->ahead ? 3 : job->sought ? 1 : 2; };
    std::lock_guard lock(mutex_);
    auto const best = std::min_element(to_code_.begin(), to_code_.end(), [&](auto const& a, auto const& b) {
      return urgency(a) < urgency(b);  // the first of equals
    });
    auto job = std::move(*best);
    to_code_.erase(best);
    coding_.push_back(job);
    return job;
  }

  /// On a thread of coders_; as often as something was added to to_code_.
  void code_one() {
    auto const job = next_to_code();
    Result result{.verified = job->verified};
    try {
      if (job->stop.stop_requested()) throw Cancelled();
      result.content = std::make_shared<Bytes const>(
          package(job->item, *job->facts, std::move(job->material), job->stop.get_token()));
    } catch (...) {
      result.error = std::current_exception();
    }
    {
      std::lock_guard lock(mutex_);
      std::erase(coding_, job);
    }
    finish(job, result);
  }

  /// Puts the line's parts where withdraw() finds them. Throws Cancelled if it is too late.
  void work_with(Job& job, std::shared_ptr<ReaderSource> source, Demuxer* demuxer) {
    std::lock_guard lock(mutex_);
    job.source = std::move(source);
    job.demuxer = demuxer;
    if (job.withdrawn && (job.source || job.demuxer)) {
      job.source.reset();
      job.demuxer = nullptr;
      throw Cancelled();
    }
  }
  class AtWork {
   public:
    AtWork(Work& work, Job& job, std::shared_ptr<ReaderSource> const& source, Demuxer* demuxer = nullptr)
        : work_(work), job_(job) {
      work.work_with(job, source, demuxer);
    }
    AtWork(AtWork const&) = delete;
    AtWork& operator=(AtWork const&) = delete;
    ~AtWork() { work_.work_with(job_, nullptr, nullptr); }

   private:
    Work& work_;
    Job& job_;
  };

  Result find_out(Job& job) {
    auto const& origin = job.origin;
    if (auto facts = remembered(origin.key)) return known(origin.key, std::move(facts), nullptr, {}, true);
    auto line = std::make_unique<Line>();
    line->source = std::make_shared<ReaderSource>(origin.open(std::nullopt));
    std::shared_ptr<Facts const> facts;
    {
      AtWork const at_work(*this, job, line->source);
      facts = hls::learn(line->source, origin.name, origin.complete(), line->demuxer);
    }
    auto account = line->source->take_account();
    bool const verified = line->source->verified(account);
    if (verified) remember(origin.key, *facts);
    auto result = known(origin.key, std::move(facts), line->source, std::move(account), verified);
    put_back(job, std::move(line));
    return result;
  }

  Result known(std::string const& key, std::shared_ptr<Facts const> facts, std::shared_ptr<ReaderSource> witness,
               ReaderSource::Account account, bool verified) {
    std::lock_guard lock(mutex_);
    auto& film = films_[key];
    film.facts = facts;
    film.verified = verified;
    film.witness = verified ? nullptr : std::move(witness);
    film.account = std::move(account);
    return {std::move(facts), nullptr, verified, nullptr};
  }

  Result read_sidecar(Job& job) {
    auto const& sidecars = job.origin.sidecars;
    auto const sidecar = std::find_if(sidecars.begin(), sidecars.end(),
                                      [&](Sidecar const& s) { return s.file == *job.item.rendition.sidecar; });
    auto const source = std::make_shared<ReaderSource>(job.origin.open(sidecar->file));
    AtWork const at_work(*this, job, source);
    auto content = std::make_shared<Bytes const>(package(*sidecar, *source, *job.facts));
    return {nullptr, std::move(content), source->verified(source->take_account()), nullptr};
  }

  Result produce(Job& job, bool& again) {
    if (job.item.rendition.sidecar) return read_sidecar(job);
    auto line = take(job.origin.key, job.item.index);
    again = line != nullptr;
    if (!line) {
      line = std::make_unique<Line>();
      line->source = std::make_shared<ReaderSource>(job.origin.open(std::nullopt));
    }
    if (auto const* const reel = job.facts->reel(job.item.index); !line->demuxer || line->reel != reel) {
      AtWork const at_work(*this, job, line->source);
      line->demuxer.reset();  // before another one has the source
      line->demuxer = hls::open(line->source, *job.facts, job.item.index);
      line->reel = reel;
    }
    (void)line->source->take_account();
    Content content;
    {
      AtWork const at_work(*this, job, line->source, line->demuxer.get());
      if (codes_pictures(job.item))
        job.material = gather(job.item, *job.facts, *line->demuxer);
      else
        content = std::make_shared<Bytes const>(package(job.item, *job.facts, *line->demuxer));
    }
    auto const account = line->source->take_account();
    bool verified = line->source->verified(account);
    std::shared_ptr<Facts const> now_sure;
    {
      std::lock_guard lock(mutex_);
      auto& film = films_[job.origin.key];
      bool const was = film.verified;
      verified = film.check() && verified;
      if (!was && film.verified) now_sure = film.facts;
    }
    if (now_sure) remember(job.origin.key, *now_sure);
    line->at = job.item.index;
    put_back(job, std::move(line));
    return {nullptr, std::move(content), verified, nullptr};
  }

  /// The one whose last segment was nearest: it still has bytes of the neighbourhood.
  std::unique_ptr<Line> take(std::string const& key, std::size_t index) {
    std::lock_guard lock(mutex_);
    auto& idle = films_[key].idle;
    auto const distance = [&](auto const& line) { return line->at < index ? index - line->at : line->at - index; };
    auto const best = std::min_element(idle.begin(), idle.end(),
                                       [&](auto const& a, auto const& b) { return distance(a) < distance(b); });
    if (best == idle.end()) return nullptr;
    auto line = std::move(*best);
    idle.erase(best);
    return line;
  }

  void put_back(Job const& job, std::unique_ptr<Line> line) {
    std::vector<std::unique_ptr<Line>> closed;
    std::lock_guard lock(mutex_);
    line->used = Clock::now();
    // A withdrawn one was told to cancel, perhaps a moment too late.
    (job.withdrawn ? closed : films_[job.origin.key].idle).push_back(std::move(line));
    for (;;) {
      int warm = 0;
      std::vector<std::unique_ptr<Line>>* owner = nullptr;
      std::size_t oldest = 0;
      for (auto& [name, film] : films_)
        for (std::size_t i = 0; i < film.idle.size(); ++i, ++warm)
          if (!owner || film.idle[i]->used < (*owner)[oldest]->used) owner = &film.idle, oldest = i;
      if (warm <= limits_.warm) break;
      closed.push_back(std::move((*owner)[oldest]));
      owner->erase(owner->begin() + static_cast<std::ptrdiff_t>(oldest));
    }
    close(std::move(closed));
  }

  /// On a thread of the pool: closing a pipeline takes its time, and nobody should wait for it.
  void close(std::vector<std::unique_ptr<Line>> lines) {
    if (lines.empty()) return;
    auto kept = std::make_shared<std::vector<std::unique_ptr<Line>>>(std::move(lines));
    push([kept] { kept->clear(); }, closing);
  }

  /// Bytes that this film's demuxers read are wrong. True: what is known of it holds, and it can be tried again.
  bool distrust(std::string const& key) {
    std::lock_guard lock(mutex_);
    auto& film = films_[key];
    close(std::exchange(film.idle, {}));
    if (film.check()) return true;
    bool const learning = !film.facts;
    film.facts.reset();
    film.witness.reset();
    return learning;
  }

  /// A viewer who reads on finds the next segment made; but only from bytes that are here: fetching them is the
  /// readers' business, whose windows go on from where they are.
  void make_next(Job const& job) {
    if (job.item.init || job.item.rendition.text || job.item.rendition.sidecar ||
        job.item.index + 1 >= job.facts->segments.size())
      return;
    Job next{.origin = job.origin, .facts = job.facts, .item = job.item, .ahead = true};
    ++next.item.index;
    next.key = key_of(next.origin, *next.facts, next.item);
    if (cache_.has(next.key) || !here(next)) return;
    std::lock_guard lock(mutex_);
    if (stopped_ || jobs_.contains(next.key)) return;
    auto const queued = std::make_shared<Job>(std::move(next));
    jobs_[queued->key] = queued;
    push(queued);
  }

  bool here(Job const& job) {
    auto const place = place_of(*job.facts, job.item.index);
    std::lock_guard lock(mutex_);
    auto const& idle = films_[job.origin.key].idle;
    return !idle.empty() && idle.front()->source->available(place);
  }

  std::shared_ptr<Facts const> remembered(std::string const& key) const {
    if (limits_.folder.empty()) return nullptr;
    g_autofree char* text = nullptr;
    gsize length = 0;
    if (!g_file_get_contents(file_of(limits_.folder, key).c_str(), &text, &length, nullptr)) return nullptr;
    return facts_from({text, length});
  }

  void remember(std::string const& key, Facts const& facts) const {
    if (limits_.folder.empty()) return;
    auto const text = to_text(facts);
    g_autoptr(GError) error = nullptr;
    g_mkdir_with_parents(limits_.folder.c_str(), 0755);
    if (!g_file_set_contents(file_of(limits_.folder, key).c_str(), text.data(), static_cast<gssize>(text.size()),
                             &error))
      g_info("What was learnt of a film can't be kept: %s", error->message);
  }

  Limits const limits_;
  SegmentCache cache_;
  GThreadPool* pool_ = nullptr;
  GThreadPool* coders_ = nullptr;
  std::mutex mutex_;  // guards the rest
  std::map<std::string, JobPtr> jobs_;
  std::map<std::string, Film> films_;
  std::vector<JobPtr> to_code_, coding_;
  int next_waiter_ = 0;
  bool stopped_ = false;
};

Producer::Producer(Limits limits) : work_(std::make_shared<Work>(std::move(limits))) {}
Producer::~Producer() { work_->stop(); }
Producer::Ticket Producer::learn(Origin const& origin, Answer<std::shared_ptr<Facts const>> answer) {
  return work_->learn(origin, std::move(answer));
}
Producer::Ticket Producer::make(Origin const& origin, std::shared_ptr<Facts const> const& facts, Item const& item,
                                Answer<Content> answer) {
  return work_->make(origin, facts, item, std::move(answer));
}
void Producer::tidy() { work_->tidy(); }
void Producer::forget(std::string const& info_hash) { work_->forget(info_hash); }

}  // namespace hls
