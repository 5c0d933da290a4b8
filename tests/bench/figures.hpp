// SPDX-License-Identifier: LGPL-2.1-or-later
// What benchmarks print, and what they are told.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// The smallest value that at least this share of the values does not exceed; 0 of none.
double quantile(std::vector<double> values, double share);
inline double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

/// What ours must reach.
struct Goal {
  enum class Is { none, at_most, at_least } is = Is::none;
  double value = 0;
};
inline Goal at_most(double value) { return {Goal::Is::at_most, value}; }
inline Goal at_least(double value) { return {Goal::Is::at_least, value}; }

/// Values of many runs, by figure and contestant.
class Figures {
 public:
  void add(std::string const& figure, std::string const& who, double value) { values_[figure][who].push_back(value); }

  /// A line for the floor and for each of the others: figure, ours, other, ratio, goal.
  void print(std::string const& figure, std::string const& ours, char const* unit, Goal goal, double floor,
             double share = 0.5) const;

 private:
  std::map<std::string, std::map<std::string, std::vector<double>>> values_;
};

/// `--name VALUE` on the command line; `otherwise` if it is not there.
std::string option(int argc, char** argv, std::string_view name, std::string otherwise);
int option(int argc, char** argv, std::string_view name, int otherwise);

/// Runs it; what it throws is told, and is the program's failure.
int run(char const* name, void (*benchmark)(int argc, char** argv), int argc, char** argv);

}  // namespace bench
