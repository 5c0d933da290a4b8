// SPDX-License-Identifier: LGPL-2.1-or-later
// Preloaded into a program (LD_PRELOAD): the wall clock jumps by a day, forth and back, several times a second. What
// the kernel itself knows (waits with a deadline, times of files) stays as it is.
#include <ctime>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

int real(clockid_t clock, timespec* time) { return static_cast<int>(syscall(SYS_clock_gettime, clock, time)); }

/// Seconds that the wall clock is wrong by.
time_t jump() {
  constexpr time_t day = 24 * 3600;
  constexpr time_t jumps[] = {0, day, -day, 400 * day, -2 * day};
  timespec now{};
  real(CLOCK_MONOTONIC, &now);
  return jumps[(now.tv_sec * 10 + now.tv_nsec / 100'000'000) % 5];
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  int const result = real(clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += jump();
  return result;
}

int gettimeofday(timeval* time, void*) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* into) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}

}  // extern "C"
