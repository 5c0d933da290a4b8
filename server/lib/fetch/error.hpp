// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stdexcept>
#include <string>

namespace fetch {

/// what() is a sentence for whoever gave the URL; it names nothing of this network.
class Error : public std::runtime_error {
 public:
  enum class Kind {
    bad_url,      ///< not http or https, or no URL at all
    forbidden,    ///< it leads to an address that is nobody's business
    unreachable,  ///< no such host, refused, TLS, broken off
    status,       ///< the other server said no
    too_large,
    too_late,
  };
  Error(Kind kind, std::string const& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

}  // namespace fetch
