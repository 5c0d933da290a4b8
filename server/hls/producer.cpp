// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/producer.hpp"

#include "hls/coding_queue.hpp"
#include "hls/facts_folder.hpp"
#include "hls/known_film.hpp"
#include "hls/questions.hpp"
#include "hls/segment_folder.hpp"
#include "hls/warm_lines.hpp"
#include "swarm/error.hpp"

#include <gst/gst.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace hls {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_tries = 3;

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

std::string key_of(Origin const& origin, Facts const& facts, Item const& item) {
  return origin.key + "/" + package_name(item.rendition.packaging) + "/" + name_of(item.rendition) + "/" +
         file_name(item, facts);
}

/// Of "<info hash>/<file index>".
std::string torrent_of(std::string const& film) { return film.substr(0, film.find('/')); }

}  // namespace

class Producer::Work : public std::enable_shared_from_this<Work> {
 public:
  explicit Work(Limits limits)
      : limits_(std::move(limits)),
        cache_(limits_.cache_bytes),
        digests_(limits_.digests),
        folder_(limits_.cache_folder, std::to_string(packager_version) + "-" + limits_.version, limits_.folder_bytes),
        facts_(limits_.folder),
        questions_(limits_.threads),
        coding_(std::max(limits_.codings, 1)),
        lines_(static_cast<std::size_t>(limits_.warm)) {
    // How many of its threads work is the questions' business.
    pool_ = g_thread_pool_new(
        [](gpointer data, gpointer) {
          std::unique_ptr<Task> const task(static_cast<Task*>(data));
          (*task)();
        },
        nullptr, -1, FALSE, nullptr);
    coders_ = g_thread_pool_new([](gpointer, gpointer work) { static_cast<Work*>(work)->code_one(); }, this,
                                std::max(limits_.codings, 1), FALSE, nullptr);
    push([this] {
      prepare();
      folder_.open();
    });
  }

  void stop() {
    std::vector<QuestionPtr> all;
    {
      std::lock_guard lock(mutex_);
      for (auto const& question : questions_.all()) withdraw(*question);
      start_work();  // the withdrawn are done with at once, but not more than there are threads
      stopped_ = true;
    }
    g_thread_pool_free(pool_, FALSE, TRUE);
    g_thread_pool_free(coders_, FALSE, TRUE);
    {
      std::lock_guard lock(mutex_);
      all = questions_.all();
    }
    for (auto const& question : all) finish(question, {.error = std::make_exception_ptr(Cancelled())});
    films_.clear();
    parted_.clear();
    (void)lines_.of_torrent("");
  }

  Ticket learn(Origin const& origin, Answer<std::shared_ptr<Facts const>> answer) {
    auto told = [answer = std::move(answer)](Result const& r) { answer({r.facts, r.verified, r.error}); };
    Result known;
    {
      std::lock_guard lock(mutex_);
      auto& film = films_[origin.key];
      film.used = Clock::now();
      if (!film.facts()) return ask(origin.key + "/facts", {.origin = origin}, std::move(told));
      // Not here: whoever asks must not wait for a disk.
      if (auto facts = film.became_sure()) push([this, key = origin.key, facts] { facts_.write(key, *facts); });
      known = {film.facts(), nullptr, film.verified(), nullptr};
    }
    told(known);
    return nullptr;
  }

  [[nodiscard]] std::int64_t made() const { return made_; }
  [[nodiscard]] std::optional<Digest> digest(std::string const& key) { return digests_.find(key); }

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
    Question question{.origin = origin, .facts = facts, .item = item};
    std::lock_guard lock(mutex_);
    question.sought = !reads_on(origin, *facts, item);
    return ask(key, std::move(question), std::move(told));
  }

  void tidy() {
    std::lock_guard lock(mutex_);
    auto const then = Clock::now() - limits_.warm_for;
    end(lines_.unused_since(then));
    // Facts stay as long as the lines: a request asks for them first, and for a segment then.
    std::erase_if(films_, [&](auto const& film) {
      return film.second.used <= then && !lines_.any_of(film.first) && !questions_.any_of(film.first);
    });
  }

  void forget(std::string const& info_hash) {
    auto const prefix = info_hash + "/";
    std::lock_guard lock(mutex_);
    cache_.erase(prefix);
    digests_.erase(prefix);
    for (auto const& question : questions_.of_torrent(prefix)) {
      question->forgotten = true;
      withdraw(*question);
    }
    end(lines_.of_torrent(prefix));
    std::erase_if(films_, [&](auto const& film) { return film.first.starts_with(prefix); });
    erase_files(info_hash);
    start_work();  // who waited for what was withdrawn hears of it
  }

 private:
  using Task = std::function<void()>;

  /// What lies before it was made, or is being made: a viewer has that to watch meanwhile.
  bool reads_on(Origin const& origin, Facts const& facts, Item item) const {
    if (item.init || item.index-- == 0) return false;
    auto const before = key_of(origin, facts, item);
    return questions_.contains(before) || cache_.has(before);
  }

  // With the lock held, from here to withdraw().

  Ticket ask(std::string const& key, Question fresh, Question::Told told) {
    auto asked = questions_.ask(key, std::move(fresh), std::move(told));
    asked.is_new ? start_work() : make_room();
    return Ticket(nullptr, [weak = weak_from_this(), question = asked.question, id = asked.waiter](void*) {
      if (auto work = weak.lock()) work->leave(question, id);
    });
  }

  void start_work() {
    if (stopped_) return;
    auto const all = questions_.all();
    auto const waiting = std::count_if(all.begin(), all.end(), [](QuestionPtr const& question) {
      return question->source && question->source->waits();
    });
    auto const may = [&](Question const& question) {
      return !codes_pictures(question.item) || coding_.has_room_for(question);
    };
    while (auto question = questions_.next(static_cast<int>(waiting), may)) push([this, question] { run(question); });
  }

  /// The pool ends after stop(), and this after the pool.
  void push(Task task) {
    if (!stopped_) g_thread_pool_push(pool_, new Task(std::move(task)), nullptr);
  }

  /// Elsewhere: nobody should wait for a disk.
  void erase_files(std::string const& info_hash) {
    push([this, info_hash] {
      folder_.forget(info_hash);
      facts_.forget(info_hash);
    });
  }

  /// Elsewhere: ending a pipeline takes its time, and nobody should wait for it.
  void end(WarmLines::Lines lines) {
    if (lines.empty()) return;
    if (stopped_) return parted_.push_back(std::move(lines));  // the lock is held: not here either
    auto kept = std::make_shared<WarmLines::Lines>(std::move(lines));
    push([kept] { kept->clear(); });
  }

  /// What is coded ahead gives way to what is waited for.
  void make_room() {
    if (auto const question = coding_.in_the_way()) withdraw(*question);
  }

  /// The lock keeps what is at work alive.
  static void withdraw(Question& question) {
    question.withdrawn = true;
    question.stop.request_stop();
    if (question.source) question.source->cancel();
    if (question.demuxer) question.demuxer->cancel();
  }

  void leave(QuestionPtr const& question, int id) {
    std::lock_guard lock(mutex_);
    if (question->waiters.erase(id) > 0 && question->waiters.empty()) {
      withdraw(*question);
      start_work();  // it is done with at once
    }
  }

  /// Looks at all plugins, the first time on a machine: seconds.
  static void prepare() {
    static std::once_flag once;
    std::call_once(once, [] { gst_init_check(nullptr, nullptr, nullptr); });
  }

  void run(QuestionPtr const& question) {
    prepare();
    auto const result = worked_out(*question);
    if (codes_pictures(question->item) && !result.error && !result.content)
      to_be_coded(question, result.verified);
    else
      finish(question, result);
    std::lock_guard lock(mutex_);
    questions_.worked(question);
    start_work();
  }

  Result worked_out(Question& question) {
    Result result;
    for (int tries = 1;; ++tries) {
      bool again = false;
      try {
        // Before it takes a demuxer that others could use.
        if (question.stop.stop_requested()) throw Cancelled();
        return question.facts ? produce(question, again) : find_out(question);
      } catch (swarm::Error const& error) {
        result.error = std::current_exception();
        if (error.code() == swarm::Errc::wrong_bytes) again = distrust(question.origin.key);
      } catch (DemuxFailed const&) {
        result.error = std::current_exception();  // `again`: a demuxer that had been used before
      } catch (...) {
        result.error = std::current_exception();
      }
      std::lock_guard lock(mutex_);
      if (!again || question.withdrawn || tries >= most_tries) return result;
    }
  }

  void finish(QuestionPtr const& question, Result const& result) {
    std::map<int, Question::Told> waiters;
    bool keep = result.content && result.verified;
    if (keep) digests_.put(question->key, *result.content);
    {
      std::lock_guard lock(mutex_);
      waiters = questions_.close(*question);
      keep = keep && !question->forgotten;
      if (keep) cache_.put(question->key, result.content);
    }
    for (auto& [id, told] : waiters) told(result);
    if (result.content && !waiters.empty()) make_next(*question);
    if (keep) folder_.put(question->key, *result.content);
    std::lock_guard lock(mutex_);
    if (question->forgotten) erase_files(torrent_of(question->origin.key));  // what was written meanwhile
  }

  // Coding takes a processor for seconds. It has threads of its own, so that nothing else waits for it, and few.

  void to_be_coded(QuestionPtr const& question, bool verified) {
    {
      std::lock_guard lock(mutex_);
      question->verified = verified;
      if (!stopped_) {
        coding_.add(question);
        make_room();
        g_thread_pool_push(coders_, this, nullptr);
        return;
      }
    }
    finish(question, {.error = std::make_exception_ptr(Cancelled())});
  }

  /// On a thread of coders_; as often as something was added to coding_.
  void code_one() {
    auto const question = [this] {
      std::lock_guard lock(mutex_);
      auto next = coding_.next();
      start_work();  // there is room for another one
      return next;
    }();
    Result result{.verified = question->verified};
    try {
      if (question->stop.stop_requested()) throw Cancelled();
      result.content = std::make_shared<Bytes const>(
          package(question->item, *question->facts, std::move(question->material), question->stop.get_token()));
      ++made_;
    } catch (...) {
      result.error = std::current_exception();
    }
    {
      std::lock_guard lock(mutex_);
      coding_.coded(question);
    }
    finish(question, result);
  }

  /// Puts the line's parts where withdraw() finds them. Throws Cancelled if it is too late.
  void work_with(Question& question, std::shared_ptr<ReaderSource> source, Demuxer* demuxer) {
    std::lock_guard lock(mutex_);
    question.source = std::move(source);
    question.demuxer = demuxer;
    if (question.withdrawn && (question.source || question.demuxer)) {
      question.source.reset();
      question.demuxer = nullptr;
      throw Cancelled();
    }
  }
  class AtWork {
   public:
    AtWork(Work& work, Question& question, std::shared_ptr<ReaderSource> const& source, Demuxer* demuxer = nullptr)
        : work_(work), question_(question) {
      work.work_with(question, source, demuxer);
    }
    AtWork(AtWork const&) = delete;
    AtWork& operator=(AtWork const&) = delete;
    ~AtWork() { work_.work_with(question_, nullptr, nullptr); }

   private:
    Work& work_;
    Question& question_;
  };

  std::shared_ptr<ReaderSource> source_of(Origin const& origin, std::optional<int> sidecar = {}) {
    // While one thread waits for the swarm, another may work.
    return std::make_shared<ReaderSource>(origin.open(sidecar), [weak = weak_from_this()] {
      auto const work = weak.lock();
      if (!work) return;
      std::lock_guard lock(work->mutex_);
      work->start_work();
    });
  }

  Result find_out(Question& question) {
    auto const& origin = question.origin;
    if (auto facts = facts_.read(origin.key)) return learnt(question, std::move(facts), nullptr, {}, true);
    auto line = std::make_unique<Line>();
    line->source = source_of(origin);
    std::shared_ptr<Facts const> facts;
    {
      AtWork const at_work(*this, question, line->source);
      facts = hls::learn(line->source, origin.name, origin.complete(), line->demuxer);
    }
    auto account = line->source->take_account();
    bool const verified = line->source->verified(account);
    if (verified) facts_.write(origin.key, *facts);
    auto result = learnt(question, std::move(facts), line->source, std::move(account), verified);
    put_back(question, std::move(line));
    return result;
  }

  Result learnt(Question const& question, std::shared_ptr<Facts const> facts, std::shared_ptr<ReaderSource> witness,
                ReaderSource::Account account, bool verified) {
    std::lock_guard lock(mutex_);
    if (!question.forgotten)
      films_[question.origin.key].learn(facts, verified ? nullptr : std::move(witness), std::move(account));
    return {std::move(facts), nullptr, verified, nullptr};
  }

  Result read_sidecar(Question& question) {
    auto const& sidecars = question.origin.sidecars;
    auto const sidecar = std::find_if(sidecars.begin(), sidecars.end(),
                                      [&](Sidecar const& s) { return s.file == *question.item.rendition.sidecar; });
    auto const source = source_of(question.origin, sidecar->file);
    AtWork const at_work(*this, question, source);
    auto content = std::make_shared<Bytes const>(package(*sidecar, *source, *question.facts));
    ++made_;
    return {nullptr, std::move(content), source->verified(source->take_account()), nullptr};
  }

  Result produce(Question& question, bool& again) {
    if (auto content = folder_.find(question.key)) return {nullptr, std::move(content), true, nullptr};
    if (question.item.rendition.sidecar) return read_sidecar(question);
    auto line = take(question);
    again = line != nullptr;
    if (!line) {
      line = std::make_unique<Line>();
      line->source = source_of(question.origin);
    }
    if (auto const* const reel = question.facts->reel(question.item.index); !line->demuxer || line->reel != reel) {
      AtWork const at_work(*this, question, line->source);
      line->demuxer.reset();  // before another one has the source
      line->demuxer = hls::open(line->source, *question.facts, question.item.index);
      line->reel = reel;
    }
    (void)line->source->take_account();
    Content content;
    {
      AtWork const at_work(*this, question, line->source, line->demuxer.get());
      if (codes_pictures(question.item))
        question.material = gather(question.item, *question.facts, *line->demuxer);
      else
        content = std::make_shared<Bytes const>(package(question.item, *question.facts, *line->demuxer));
    }
    if (content && !question.item.init) ++made_;
    auto const account = line->source->take_account();
    bool verified = line->source->verified(account);
    std::shared_ptr<Facts const> now_sure;
    {
      std::lock_guard lock(mutex_);
      auto const film = films_.find(question.origin.key);  // none: it was forgotten
      if (film != films_.end()) now_sure = film->second.became_sure();
      verified = verified && film != films_.end() && film->second.verified();
    }
    if (now_sure) facts_.write(question.origin.key, *now_sure);
    line->at = question.item.index;
    put_back(question, std::move(line));
    return {nullptr, std::move(content), verified, nullptr};
  }

  std::unique_ptr<Line> take(Question const& question) {
    std::lock_guard lock(mutex_);
    return lines_.take(question.origin.key, question.item.index);
  }

  void put_back(Question const& question, std::unique_ptr<Line> line) {
    WarmLines::Lines ended;
    std::lock_guard lock(mutex_);
    // A withdrawn one was told to cancel, perhaps a moment too late.
    if (question.withdrawn)
      ended.push_back(std::move(line));
    else
      ended = lines_.put(question.origin.key, std::move(line));
    end(std::move(ended));
  }

  /// Bytes that this film's demuxers read are wrong. True: what is known of it holds, and it can be tried again.
  bool distrust(std::string const& key) {
    std::lock_guard lock(mutex_);
    end(lines_.of_film(key));
    auto const film = films_.find(key);
    if (film == films_.end() || film->second.verified()) return true;
    bool const learning = !film->second.facts();
    film->second.forget();
    return learning;
  }

  /// A viewer who reads on finds the next segment made; but only from bytes that are here: fetching them is the
  /// readers' business, whose windows go on from where they are.
  void make_next(Question const& question) {
    auto const& item = question.item;
    auto const& rendition = item.rendition;
    if (item.init || rendition.text || rendition.sidecar || rendition.key_frames ||
        item.index + 1 >= question.facts->segments.size())
      return;
    auto next = std::make_shared<Question>(Question{.origin = question.origin, .facts = question.facts, .item = item});
    ++next->item.index;
    next->key = key_of(next->origin, *next->facts, next->item);
    if (cache_.has(next->key)) return;
    std::lock_guard lock(mutex_);
    if (stopped_ || questions_.contains(next->key) || !here(*next)) return;
    questions_.add_ahead(std::move(next));
    start_work();
  }

  [[nodiscard]] bool here(Question const& question) const {
    auto const* const line = lines_.any_of(question.origin.key);
    return line && line->source->available(place_of(*question.facts, question.item.index));
  }

  Limits const limits_;
  std::atomic<std::int64_t> made_ = 0;
  SegmentCache cache_;
  Digests digests_;
  SegmentFolder folder_;
  FactsFolder facts_;
  GThreadPool* pool_ = nullptr;
  GThreadPool* coders_ = nullptr;
  std::mutex mutex_;  // guards the rest
  Questions questions_;
  CodingQueue coding_;
  WarmLines lines_;
  std::vector<WarmLines::Lines> parted_;  // after stop()
  std::map<std::string, KnownFilm> films_;
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
std::optional<Digest> Producer::digest(Origin const& origin, Facts const& facts, Item const& item) const {
  return work_->digest(key_of(origin, facts, item));
}
std::int64_t Producer::made() const { return work_->made(); }
void Producer::tidy() { work_->tidy(); }
void Producer::forget(std::string const& info_hash) { work_->forget(info_hash); }

}  // namespace hls
