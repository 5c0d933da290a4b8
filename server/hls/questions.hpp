// SPDX-License-Identifier: LGPL-2.1-or-later
// The questions that are open, and which of them is worked at next. Pure; not thread-safe.
#pragma once

#include "hls/question.hpp"

#include <vector>

namespace hls {

/// Who waits comes before what is made ahead, and of those the film that has the fewest threads: a film whose swarm
/// gives nothing holds up nobody else. Those at work that wait for the swarm take no processor, so they don't count;
/// but they take memory, so that there is an end to them, too.
class Questions {
 public:
  /// `threads`: that work at the same time; so many questions of one film are at work at most, waiting or not.
  explicit Questions(int threads) : threads_(threads) {}

  /// Adds a waiter to the question of that key; `fresh` becomes it if there is none.
  struct Asked {
    QuestionPtr question;
    int waiter = 0;
    bool is_new = false;
  };
  Asked ask(std::string const& key, Question fresh, Question::Told told);
  /// That nobody waits for.
  void add_ahead(QuestionPtr question);
  [[nodiscard]] bool contains(std::string const& key) const { return open_.contains(key); }
  [[nodiscard]] bool any_of(std::string const& film) const;
  [[nodiscard]] std::vector<QuestionPtr> of_torrent(std::string const& prefix) const;
  [[nodiscard]] std::vector<QuestionPtr> all() const { return of_torrent(""); }

  /// Whether it can be worked at now.
  using May = std::function<bool(Question const&)>;
  /// The one to work at now, on one more thread; nullptr: none for now. `waiting`: of those at work, for the swarm.
  [[nodiscard]] QuestionPtr next(
      int waiting, May const& may = [](Question const&) { return true; });
  /// A thread has done what it can for it.
  void worked(QuestionPtr const& question);
  /// It is answered: whom to tell.
  [[nodiscard]] std::map<int, Question::Told> close(Question& question);

 private:
  void queue(QuestionPtr const& question);

  int const threads_;
  std::map<std::string, QuestionPtr> open_;
  std::vector<QuestionPtr> queued_;
  std::map<std::string, int> at_work_;  ///< by film
  int working_ = 0;
  int next_waiter_ = 0;
  std::uint64_t next_order_ = 0;
};

}  // namespace hls
