// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/sqlite/database.hpp"

#include <climits>
#include <sqlite3.h>
#include <sys/stat.h>

namespace sqlite {
namespace {

constexpr int busy_ms = 2000;

[[noreturn]] void fail(sqlite3* database, int code) {
  std::string const what = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  throw Error("SQLite: " + what, (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB);
}

std::uint64_t inode_of(std::string const& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

sqlite3* opened(std::string const& path) {
  sqlite3* database = nullptr;
  int const code = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  if (code == SQLITE_OK) return database;
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> const owner(database, sqlite3_close);
  fail(database, code);
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

Statement& Statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

bool Statement::step() {
  int const code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  auto* database = sqlite3_db_handle(statement_.get());
  if (code != SQLITE_DONE) fail(database, sqlite3_reset(statement_.get()));
  sqlite3_reset(statement_.get());
  return false;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string Statement::text(int column) const {
  auto const* text = reinterpret_cast<char const*>(sqlite3_column_text(statement_.get(), column));
  return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))) : "";
}

Database::Database(std::string const& path, std::span<char const* const> migrations)
    : path_(path), database_(opened(path)) {
  sqlite3_busy_timeout(database_.get(), busy_ms);
  prepare("PRAGMA journal_mode = WAL").run();
  execute("PRAGMA synchronous = NORMAL");
  auto asked = prepare("PRAGMA user_version");
  asked.step();
  auto const version = static_cast<std::size_t>(asked.integer(0));
  asked.step();
  if (version > migrations.size())
    throw Error("SQLite: version " + std::to_string(version) + " is of a newer program", true);
  for (auto next = version; next < migrations.size(); ++next) {
    Transaction transaction(*this);
    execute(migrations[next]);
    execute("PRAGMA user_version = " + std::to_string(next + 1));
    transaction.commit();
  }
  inode_ = inode_of(path);  // now at the latest there is a file
}

Statement Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  int const code = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) fail(database_.get(), code);
  return Statement(statement);
}

void Database::execute(std::string const& sql) const {
  int const code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(database_.get(), code);
}

bool Database::in_place() const { return inode_of(path_) == inode_; }

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (Error const&) {  // SQLite did it already, with what had failed
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace sqlite
