// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/producer.hpp"

#include "hls/producer_work.hpp"

#include <gst/gst.h>

#include <algorithm>
#include <utility>

namespace hls {
namespace {

using Clock = std::chrono::steady_clock;

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

/// Looks at all plugins, the first time on a machine: seconds.
void prepare() {
  static std::once_flag once;
  std::call_once(once, [] { gst_init_check(nullptr, nullptr, nullptr); });
}

}  // namespace

Producer::Work::Work(Limits limits)
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

void Producer::Work::stop() {
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

Producer::Ticket Producer::Work::learn(Origin const& origin, Answer<std::shared_ptr<Facts const>> answer) {
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

Producer::Ticket Producer::Work::make(Origin const& origin, std::shared_ptr<Facts const> const& facts, Item const& item,
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

void Producer::Work::tidy() {
  std::lock_guard lock(mutex_);
  auto const then = Clock::now() - limits_.warm_for;
  end(lines_.unused_since(then));
  // Facts stay as long as the lines: a request asks for them first, and for a segment then.
  std::erase_if(films_, [&](auto const& film) {
    return film.second.used <= then && !lines_.any_of(film.first) && !questions_.any_of(film.first);
  });
}

void Producer::Work::forget(std::string const& info_hash) {
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

/// What lies before it was made, or is being made: a viewer has that to watch meanwhile.
bool Producer::Work::reads_on(Origin const& origin, Facts const& facts, Item item) const {
  if (item.init || item.index-- == 0) return false;
  auto const before = key_of(origin, facts, item);
  return questions_.contains(before) || cache_.has(before);
}

Producer::Ticket Producer::Work::ask(std::string const& key, Question fresh, Question::Told told) {
  auto asked = questions_.ask(key, std::move(fresh), std::move(told));
  asked.is_new ? start_work() : make_room();
  return Ticket(nullptr, [weak = weak_from_this(), question = asked.question, id = asked.waiter](void*) {
    if (auto work = weak.lock()) work->leave(question, id);
  });
}

void Producer::Work::start_work() {
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
void Producer::Work::push(Task task) {
  if (!stopped_) g_thread_pool_push(pool_, new Task(std::move(task)), nullptr);
}

/// Elsewhere: nobody should wait for a disk.
void Producer::Work::erase_files(std::string const& info_hash) {
  push([this, info_hash] {
    folder_.forget(info_hash);
    facts_.forget(info_hash);
  });
}

/// Elsewhere: ending a pipeline takes its time, and nobody should wait for it.
void Producer::Work::end(WarmLines::Lines lines) {
  if (lines.empty()) return;
  if (stopped_) return parted_.push_back(std::move(lines));  // the lock is held: not here either
  auto kept = std::make_shared<WarmLines::Lines>(std::move(lines));
  push([kept] { kept->clear(); });
}

/// What is coded ahead gives way to what is waited for.
void Producer::Work::make_room() {
  if (auto const question = coding_.in_the_way()) withdraw(*question);
}

/// The lock keeps what is at work alive.
void Producer::Work::withdraw(Question& question) {
  question.withdrawn = true;
  question.stop.request_stop();
  if (question.source) question.source->cancel();
  if (question.demuxer) question.demuxer->cancel();
}

void Producer::Work::leave(QuestionPtr const& question, int id) {
  std::lock_guard lock(mutex_);
  if (question->waiters.erase(id) > 0 && question->waiters.empty()) {
    withdraw(*question);
    start_work();  // it is done with at once
  }
}

void Producer::Work::run(QuestionPtr const& question) {
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

void Producer::Work::finish(QuestionPtr const& question, Result const& result) {
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

void Producer::Work::to_be_coded(QuestionPtr const& question, bool verified) {
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
void Producer::Work::code_one() {
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

/// A viewer who reads on finds the next segment made; but only from bytes that are here: fetching them is the
/// readers' business, whose windows go on from where they are.
void Producer::Work::make_next(Question const& question) {
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

bool Producer::Work::here(Question const& question) const {
  auto const* const line = lines_.any_of(question.origin.key);
  return line && line->source->available(place_of(*question.facts, question.item.index));
}

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
