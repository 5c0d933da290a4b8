// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/questions.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace hls {
namespace {

/// Times `threads`: questions at work, most of which wait for swarms.
constexpr int most = 4;

}  // namespace

Questions::Asked Questions::ask(std::string const& key, Question fresh, Question::Told told) {
  auto& question = open_[key];
  bool const is_new = !question || question->withdrawn;
  if (is_new) {
    question = std::make_shared<Question>(std::move(fresh));
    question->key = key;
    queue(question);
  }
  question->ahead = false;
  question->waiters.emplace(++next_waiter_, std::move(told));
  return {question, next_waiter_, is_new};
}

void Questions::add_ahead(QuestionPtr question) {
  question->ahead = true;
  queue(question);
  open_[question->key] = std::move(question);
}

void Questions::queue(QuestionPtr const& question) {
  question->order = next_order_++;
  queued_.push_back(question);
}

bool Questions::any_of(std::string const& film) const {
  return std::any_of(open_.begin(), open_.end(), [&](auto const& entry) { return entry.second->origin.key == film; });
}

std::vector<QuestionPtr> Questions::of_torrent(std::string const& prefix) const {
  std::vector<QuestionPtr> found;
  for (auto entry = open_.lower_bound(prefix); entry != open_.end() && entry->first.starts_with(prefix); ++entry)
    found.push_back(entry->second);
  return found;
}

QuestionPtr Questions::next(int waiting, May const& may) {
  if (working_ - std::clamp(waiting, 0, working_) >= threads_ || working_ >= most * threads_) return nullptr;
  auto const busy = [&](QuestionPtr const& question) {
    auto const film = at_work_.find(question->origin.key);
    return film == at_work_.end() ? 0 : film->second;
  };
  // What is withdrawn is done with at once.
  auto const held = [&](QuestionPtr const& question) {
    return !question->withdrawn && (busy(question) >= threads_ || !may(*question));
  };
  auto const rank = [&](QuestionPtr const& question) {
    return std::tuple(!question->withdrawn, held(question), question->ahead, busy(question), question->order);
  };
  auto const best =
      std::min_element(queued_.begin(), queued_.end(), [&](auto const& a, auto const& b) { return rank(a) < rank(b); });
  if (best == queued_.end() || held(*best)) return nullptr;
  auto question = std::move(*best);
  queued_.erase(best);
  ++working_;
  ++at_work_[question->origin.key];
  return question;
}

void Questions::worked(QuestionPtr const& question) {
  --working_;
  auto const film = at_work_.find(question->origin.key);
  if (--film->second == 0) at_work_.erase(film);
}

std::map<int, Question::Told> Questions::close(Question& question) {
  // A withdrawn one may have been asked anew.
  if (auto const found = open_.find(question.key); found != open_.end() && found->second.get() == &question)
    open_.erase(found);
  return std::exchange(question.waiters, {});
}

}  // namespace hls
