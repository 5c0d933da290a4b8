// SPDX-License-Identifier: LGPL-2.1-or-later
// SQLite in C++. Everything may block for a disk; one object on one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace sqlite {

class Error : public std::runtime_error {
 public:
  Error(std::string const& what, bool broken) : std::runtime_error(what), broken_(broken) {}
  /// The file is not a database, or damaged: waiting does not help.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  bool broken_;
};

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
class Statement {
 public:
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view text);
  /// True while there are rows; false at the end, which also makes it ready for the next run.
  bool step();
  /// Of one that has no rows: once from the start to the end.
  void run() {
    while (step()) {
    }
  }
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  /// Opens or makes the file, in WAL mode. `migrations`: the SQL that leads from version 0 (empty) to 1, from 1 to 2 …;
  /// those that are missing run, each in a transaction. Throws Error; broken() also if a newer program made the file.
  Database(std::string const& path, std::span<char const* const> migrations);

  [[nodiscard]] Statement prepare(std::string_view sql) const;
  /// Statements without results.
  void execute(std::string const& sql) const;
  /// False if the file that is open is not the one at its path any more: somebody took it away.
  [[nodiscard]] bool in_place() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> database_;
  std::uint64_t inode_ = 0;
};

/// All that happens while it lives happens at commit(), or not at all.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }
  Transaction(Transaction const&) = delete;
  Transaction& operator=(Transaction const&) = delete;
  ~Transaction();
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace sqlite
