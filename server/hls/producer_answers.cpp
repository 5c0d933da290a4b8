// SPDX-License-Identifier: LGPL-2.1-or-later
// How the answer to a question is made, on one thread.
#include "hls/producer_work.hpp"
#include "swarm/error.hpp"

#include <algorithm>
#include <utility>

namespace hls {
namespace {

constexpr int most_tries = 3;

}  // namespace

/// Puts the line's parts where withdraw() finds them. Throws Cancelled if it is too late.
void Producer::Work::work_with(Question& question, std::shared_ptr<ReaderSource> source, Demuxer* demuxer) {
  std::lock_guard lock(mutex_);
  question.source = std::move(source);
  question.demuxer = demuxer;
  if (question.withdrawn && (question.source || question.demuxer)) {
    question.source.reset();
    question.demuxer = nullptr;
    throw Cancelled();
  }
}

class Producer::Work::AtWork {
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

std::shared_ptr<ReaderSource> Producer::Work::source_of(Origin const& origin, std::optional<int> sidecar) {
  // While one thread waits for the swarm, another may work.
  return std::make_shared<ReaderSource>(origin.open(sidecar), [weak = weak_from_this()] {
    auto const work = weak.lock();
    if (!work) return;
    std::lock_guard lock(work->mutex_);
    work->start_work();
  });
}

Result Producer::Work::worked_out(Question& question) {
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

Result Producer::Work::find_out(Question& question) {
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

Result Producer::Work::learnt(Question const& question, std::shared_ptr<Facts const> facts,
                              std::shared_ptr<ReaderSource> witness, ReaderSource::Account account, bool verified) {
  std::lock_guard lock(mutex_);
  if (!question.forgotten)
    films_[question.origin.key].learn(facts, verified ? nullptr : std::move(witness), std::move(account));
  return {std::move(facts), nullptr, verified, nullptr};
}

Result Producer::Work::read_sidecar(Question& question) {
  auto const& sidecars = question.origin.sidecars;
  auto const sidecar = std::find_if(sidecars.begin(), sidecars.end(),
                                    [&](Sidecar const& s) { return s.file == *question.item.rendition.sidecar; });
  auto const source = source_of(question.origin, sidecar->file);
  AtWork const at_work(*this, question, source);
  auto content = std::make_shared<Bytes const>(package(*sidecar, *source, *question.facts));
  ++made_;
  return {nullptr, std::move(content), source->verified(source->take_account()), nullptr};
}

Result Producer::Work::produce(Question& question, bool& again) {
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

std::unique_ptr<Line> Producer::Work::take(Question const& question) {
  std::lock_guard lock(mutex_);
  return lines_.take(question.origin.key, question.item.index);
}

void Producer::Work::put_back(Question const& question, std::unique_ptr<Line> line) {
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
bool Producer::Work::distrust(std::string const& key) {
  std::lock_guard lock(mutex_);
  end(lines_.of_film(key));
  auto const film = films_.find(key);
  if (film == films_.end() || film->second.verified()) return true;
  bool const learning = !film->second.facts();
  film->second.forget();
  return learning;
}

}  // namespace hls
