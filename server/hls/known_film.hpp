// SPDX-License-Identifier: LGPL-2.1-or-later
// What is known of a film, and whether it can be relied upon. Not thread-safe.
#pragma once

#include "hls/facts.hpp"
#include "hls/reader_source.hpp"

#include <chrono>
#include <memory>

namespace hls {

class KnownFilm {
 public:
  /// `witness`: who read the bytes that the facts were made from, and `account`: which; nobody where they are verified.
  void learn(std::shared_ptr<Facts const> facts, std::shared_ptr<ReaderSource> witness, ReaderSource::Account account) {
    facts_ = std::move(facts);
    witness_ = std::move(witness);
    account_ = std::move(account);
  }
  void forget() { learn(nullptr, nullptr, {}); }
  [[nodiscard]] std::shared_ptr<Facts const> const& facts() const { return facts_; }
  /// Looks whether all that they were made from is verified by now.
  bool verified() {
    if (witness_ && witness_->verified(account_)) learn(facts_, nullptr, {});
    return facts_ && !witness_;
  }
  /// The facts, if they were doubtful until now.
  [[nodiscard]] std::shared_ptr<Facts const> became_sure() { return witness_ && verified() ? facts_ : nullptr; }

  std::chrono::steady_clock::time_point used = std::chrono::steady_clock::now();

 private:
  std::shared_ptr<Facts const> facts_;
  std::shared_ptr<ReaderSource> witness_;
  ReaderSource::Account account_;
};

}  // namespace hls
