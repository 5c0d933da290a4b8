// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody wants to know of a film, or to have of it, until it is answered. Values only; the producer locks.
#pragma once

#include "hls/producer.hpp"

#include <cstdint>
#include <map>
#include <stop_token>

namespace hls {

/// What a question is answered with.
struct Result {
  std::shared_ptr<Facts const> facts;
  Content content;
  bool verified = false;
  std::exception_ptr error;
};

struct Question {
  using Told = std::function<void(Result const&)>;

  std::string key;  ///< the same for the same question: "<film's key>/…"
  Origin origin;
  std::shared_ptr<Facts const> facts;  ///< null: to be learnt
  Item item;
  bool ahead = false;   ///< nobody waits for it yet
  bool sought = false;  ///< the viewer has nothing of the film before it: sees nothing until it is there
  std::map<int, Told> waiters;
  bool withdrawn = false;  ///< nobody waits any more
  bool forgotten = false;  ///< its torrent is gone: nothing is kept
  std::uint64_t order = 0;

  std::shared_ptr<ReaderSource> source;  ///< at work
  Demuxer* demuxer = nullptr;
  std::stop_source stop;  ///< of coding
  Material material;      ///< read, and waits to be coded
  bool verified = false;  ///< that it was read from
};
using QuestionPtr = std::shared_ptr<Question>;

}  // namespace hls
