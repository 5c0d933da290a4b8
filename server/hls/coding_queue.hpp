// SPDX-License-Identifier: LGPL-2.1-or-later
// Questions whose pictures have to be coded, which takes a processor for seconds: who needs it most. Not thread-safe.
#pragma once

#include "hls/question.hpp"

#include <vector>

namespace hls {

class CodingQueue {
 public:
  /// `at_once`: segments that are coded at the same time.
  explicit CodingQueue(int at_once) : at_once_(at_once) {}

  /// What was read for coding takes memory: no more is begun to be read when there is as much as the coders can soon
  /// do. Those that are being read come on top: they may wait for a swarm, and must not hold up other films.
  [[nodiscard]] bool has_room_for(Question const& question) const;
  void add(QuestionPtr question) { queued_.push_back(std::move(question)); }
  /// The one that is needed most; it is being coded from now on. There has to be one.
  [[nodiscard]] QuestionPtr next();
  void coded(QuestionPtr const& question) { std::erase(coding_, question); }
  /// What is coded ahead though somebody waits for another one; nullptr: none.
  [[nodiscard]] QuestionPtr in_the_way() const;

 private:
  int const at_once_;
  std::vector<QuestionPtr> queued_, coding_;
};

}  // namespace hls
