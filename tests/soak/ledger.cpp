// SPDX-License-Identifier: LGPL-2.1-or-later
#include "soak/ledger.hpp"

#include "bench/figures.hpp"
#include "support/eventually.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <thread>
#include <utility>

namespace soak {
namespace {

using namespace std::chrono_literals;

constexpr double tolerated = 10e6;    ///< bytes of growth: what is not given back because of fragmentation
constexpr int tolerated_files = 4;    ///< a peer may be on its way in or out
constexpr int tolerated_threads = 4;  ///< of GLib's pool

/// Bytes per second, by least squares.
double slope(std::vector<Holdings> const& all) {
  double const n = static_cast<double>(all.size());
  double x = 0, y = 0, xx = 0, xy = 0;
  for (auto const& one : all) {
    auto const memory = static_cast<double>(one.memory);
    x += one.seconds;
    y += memory;
    xx += one.seconds * one.seconds;
    xy += one.seconds * memory;
  }
  auto const spread = n * xx - x * x;
  return spread > 0 ? (n * xy - x * y) / spread : 0;
}

double middle(std::vector<Holdings> const& all, std::size_t begin, std::size_t end) {
  std::vector<double> values;
  for (auto i = begin; i < end; ++i) values.push_back(static_cast<double>(all[i].memory));
  return bench::median(values);
}

}  // namespace

Holdings Ledger::now() const {
  auto const folder = "/proc/" + std::to_string(pid_);
  Holdings held;
  held.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  std::istringstream lines(support::read_file(folder + "/status"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("RssAnon:")) held.memory = std::atol(line.c_str() + 8) * 1024;
    if (line.starts_with("Threads:")) held.threads = std::atoi(line.c_str() + 8);
  }
  std::filesystem::directory_iterator const files(folder + "/fd");
  held.files = static_cast<int>(std::distance(begin(files), end(files)));
  return held;
}

void Ledger::at_rest() {
  // The first time nobody knows how few that is.
  auto before = now().files;
  support::eventually(
      [&] {
        std::this_thread::sleep_for(500ms);
        auto const files = now().files;
        return rests_.empty() ? std::exchange(before, files) == files : files <= rests_.front().files;
      },
      10s);
  rests_.push_back(now());
}

std::string Ledger::verdict() const {
  std::string wrong;
  for (auto const& rest : rests_)
    std::printf("%s at rest after %.0f s: %.1f MB, %d descriptors, %d threads\n", name_.c_str(), rest.seconds,
                static_cast<double>(rest.memory) / 1e6, rest.files, rest.threads);
  if (rests_.size() < 2) return name_ + " was never at rest; ";
  // What it needs once is there after the first rest.
  auto const& first = rests_.front();
  auto const& last = rests_.back();
  std::vector<Holdings> work;
  std::ranges::copy_if(work_, std::back_inserter(work), [&](auto const& one) { return one.seconds > first.seconds; });
  auto const before = middle(work, 0, work.size() / 2), after = middle(work, work.size() / 2, work.size());
  std::printf("%s at work: %.1f MB in the first half, %.1f in the second, %.1f MB per hour\n", name_.c_str(),
              before / 1e6, after / 1e6, slope(work) * 3600 / 1e6);
  if (after - before > tolerated) wrong += name_ + " needs more and more memory at work; ";
  if (static_cast<double>(last.memory - first.memory) > tolerated)
    wrong += name_ + " keeps more and more memory at rest; ";
  if (last.files > first.files + tolerated_files) wrong += name_ + " keeps descriptors; ";
  if (last.threads > first.threads + tolerated_threads) wrong += name_ + " keeps threads; ";
  return wrong;
}

}  // namespace soak
