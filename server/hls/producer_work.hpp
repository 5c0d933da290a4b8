// SPDX-License-Identifier: LGPL-2.1-or-later
// What the Producer's threads do. Who works when, and for whom: producer.cpp. How an answer is made:
// producer_answers.cpp.
#pragma once

#include "hls/coding_queue.hpp"
#include "hls/facts_folder.hpp"
#include "hls/known_film.hpp"
#include "hls/producer.hpp"
#include "hls/questions.hpp"
#include "hls/segment_folder.hpp"
#include "hls/warm_lines.hpp"

#include <glib.h>

#include <atomic>
#include <map>
#include <mutex>
#include <vector>

namespace hls {

class Producer::Work : public std::enable_shared_from_this<Work> {
 public:
  explicit Work(Limits limits);
  void stop();

  Ticket learn(Origin const& origin, Answer<std::shared_ptr<Facts const>> answer);
  Ticket make(Origin const& origin, std::shared_ptr<Facts const> const& facts, Item const& item,
              Answer<Content> answer);
  [[nodiscard]] std::int64_t made() const { return made_; }
  [[nodiscard]] std::optional<Digest> digest(std::string const& key) { return digests_.find(key); }
  void tidy();
  void forget(std::string const& info_hash);

 private:
  using Task = std::function<void()>;
  class AtWork;

  // With the lock held:
  [[nodiscard]] bool reads_on(Origin const& origin, Facts const& facts, Item item) const;
  [[nodiscard]] bool here(Question const& question) const;
  Ticket ask(std::string const& key, Question fresh, Question::Told told);
  void start_work();
  void push(Task task);
  void erase_files(std::string const& info_hash);
  void end(WarmLines::Lines lines);
  void make_room();
  static void withdraw(Question& question);

  void leave(QuestionPtr const& question, int id);
  void run(QuestionPtr const& question);
  void finish(QuestionPtr const& question, Result const& result);
  void to_be_coded(QuestionPtr const& question, bool verified);
  void code_one();
  void make_next(Question const& question);

  Result worked_out(Question& question);
  Result find_out(Question& question);
  Result learnt(Question const& question, std::shared_ptr<Facts const> facts, std::shared_ptr<ReaderSource> witness,
                ReaderSource::Account account, bool verified);
  Result read_sidecar(Question& question);
  Result produce(Question& question, bool& again);
  std::shared_ptr<ReaderSource> source_of(Origin const& origin, std::optional<int> sidecar = {});
  void work_with(Question& question, std::shared_ptr<ReaderSource> source, Demuxer* demuxer);
  std::unique_ptr<Line> take(Question const& question);
  void put_back(Question const& question, std::unique_ptr<Line> line);
  bool distrust(std::string const& key);

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

}  // namespace hls
