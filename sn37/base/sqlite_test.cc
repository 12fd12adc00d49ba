#include "sn37/base/sqlite.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37 {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSteps[] = {
    "CREATE TABLE word (w TEXT PRIMARY KEY) STRICT",
    "ALTER TABLE word ADD COLUMN seen INTEGER NOT NULL DEFAULT 7",
};
constexpr DatabaseFormat kFirst = {0x776f7264, "word list", {kSteps, 1}};
constexpr DatabaseFormat kSecond = {0x776f7264, "word list", {kSteps, 2}};

class SqliteTest : public testing::Test {
 protected:
  SqliteTest() {
    std::string pattern = testing::TempDir() + "sqlite_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ + "/words";
  }
  ~SqliteTest() override { std::filesystem::remove_all(folder_); }

  Database MustOpen(const DatabaseFormat& format = kFirst) {
    absl::StatusOr<Database> db = Database::Open(path_, format);
    EXPECT_TRUE(db.ok()) << db.status();
    return *std::move(db);
  }

  void Write(absl::string_view bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }

  std::string Bytes() {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_, path_;
};

int64_t Count(Database& db) {
  absl::StatusOr<Statement> count = db.Query("SELECT count(*) FROM word");
  EXPECT_TRUE(count.ok()) << count.status();
  EXPECT_TRUE(*count->Next());
  return count->Int(0);
}

TEST_F(SqliteTest, WhatIsCommittedIsReadBackAfterReopening) {
  {
    Database db = MustOpen();
    absl::StatusOr<Transaction> transaction = db.Begin();
    ASSERT_TRUE(transaction.ok());
    const std::string word("a\0b", 3);
    ASSERT_TRUE(db.Run("INSERT INTO word VALUES (?)", {word}).ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  Database db = MustOpen();
  absl::StatusOr<Statement> rows = db.Query("SELECT w, NULL FROM word");
  ASSERT_TRUE(rows.ok());
  ASSERT_TRUE(*rows->Next());
  EXPECT_EQ(rows->Text(0), std::string("a\0b", 3));
  EXPECT_TRUE(rows->IsNull(1));
  EXPECT_FALSE(*rows->Next());
}

TEST_F(SqliteTest, AnAbandonedTransactionLeavesNothing) {
  Database db = MustOpen();
  {
    absl::StatusOr<Transaction> transaction = db.Begin();
    ASSERT_TRUE(db.Run("INSERT INTO word VALUES ('a')").ok());
  }
  EXPECT_EQ(Count(db), 0);
}

TEST_F(SqliteTest, EveryKindOfValueIsBoundAsItself) {
  Database db = MustOpen();
  absl::StatusOr<Statement> row =
      db.Query("SELECT typeof(?), typeof(?), typeof(?), typeof(?), typeof(?)",
               {nullptr, 1, 1.5, "", SqlBlob{""}});
  ASSERT_TRUE(row.ok()) << row.status();
  ASSERT_TRUE(*row->Next());
  EXPECT_EQ(row->Text(0), "null");
  EXPECT_EQ(row->Text(1), "integer");
  EXPECT_EQ(row->Text(2), "real");
  EXPECT_EQ(row->Text(3), "text");
  EXPECT_EQ(row->Text(4), "blob");
}

TEST_F(SqliteTest, ErrorsNameTheRuleThatWasBroken) {
  Database db = MustOpen();
  ASSERT_TRUE(db.Run("INSERT INTO word VALUES ('a')").ok());
  EXPECT_EQ(db.Run("INSERT INTO word VALUES ('a')").code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(db.Run("INSERT INTO word VALUES (?)").code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(db.Run("INSRT").code(), absl::StatusCode::kInternal);
}

TEST_F(SqliteTest, AnOlderVersionIsMigratedAndKeepsItsRows) {
  {
    Database db = MustOpen(kFirst);
    ASSERT_TRUE(db.Run("INSERT INTO word VALUES ('a')").ok());
  }
  Database db = MustOpen(kSecond);
  absl::StatusOr<Statement> row = db.Query("SELECT w, seen FROM word");
  ASSERT_TRUE(row.ok()) << row.status();
  ASSERT_TRUE(*row->Next());
  EXPECT_EQ(row->Text(0), "a");
  EXPECT_EQ(row->Int(1), 7);
}

TEST_F(SqliteTest, AMigrationThatFailsLeavesTheOlderVersion) {
  constexpr const char* kBroken[] = {kSteps[0], kSteps[1], "NO SUCH SQL"};
  { MustOpen(kFirst); }
  const std::string before = Bytes();
  EXPECT_FALSE(Database::Open(path_, {0x776f7264, "word list", kBroken}).ok());
  EXPECT_TRUE(Bytes() == before);
  MustOpen(kFirst);
}

TEST_F(SqliteTest, ANewerVersionIsRefusedAndLeftAlone) {
  { MustOpen(kSecond); }
  const std::string before = Bytes();
  const absl::Status status = Database::Open(path_, kFirst).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("word list of format version 2"));
  EXPECT_THAT(status.message(), HasSubstr(path_));
  EXPECT_TRUE(Bytes() == before);
}

TEST_F(SqliteTest, AnotherProgramsFileIsRefused) {
  { MustOpen(); }
  const absl::Status status =
      Database::Open(path_, {0x6c656467, "ledger", kSteps}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("no ledger"));
}

TEST_F(SqliteTest, BadFilesAreRefusedWithTheReasonAndLeftAsTheyAre) {
  { MustOpen(); }
  const std::string good = Bytes();
  ASSERT_GT(good.size(), 4096);
  const struct {
    std::string bytes, reason;
    absl::StatusCode code;
  } cases[] = {
      {"hello\n", "not a SQLite file", absl::StatusCode::kFailedPrecondition},
      {std::string(10000, 'x'), "not a SQLite file",
       absl::StatusCode::kFailedPrecondition},
      {"", "empty file", absl::StatusCode::kDataLoss},
      {good.substr(0, 10), "not a SQLite file",
       absl::StatusCode::kFailedPrecondition},
      {good.substr(0, 60), "truncated", absl::StatusCode::kDataLoss},
      {good.substr(0, 4096), "truncated", absl::StatusCode::kDataLoss},
      {good.substr(0, good.size() - 1), "truncated",
       absl::StatusCode::kDataLoss},
  };
  for (const auto& c : cases) {
    Write(c.bytes);
    const absl::Status status = Database::Open(path_, kSecond).status();
    EXPECT_EQ(status.code(), c.code) << c.bytes.size() << status;
    EXPECT_THAT(status.message(), HasSubstr(c.reason));
    EXPECT_THAT(status.message(), HasSubstr(path_));
    EXPECT_TRUE(Bytes() == c.bytes) << c.bytes.size();
  }
}

TEST_F(SqliteTest, AFolderInItsPlaceOrNoFolderAtAllIsAnError) {
  EXPECT_EQ(Database::Open(folder_, kFirst).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Database::Open(folder_ + "/none/words", kFirst).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(SqliteTest, AWriteThatMeetsAnotherWriterIsUnavailable) {
  Database one = MustOpen();
  Database two = MustOpen();
  absl::StatusOr<Transaction> first = one.Begin();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(two.Begin().status().code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(first->Commit().ok());
  EXPECT_TRUE(two.Begin().ok());
}

TEST_F(SqliteTest, CreationLeavesNothingBesideTheFile) {
  { MustOpen(); }
  int files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(folder_)) {
    ++files;
  }
  EXPECT_EQ(files, 1);
}

// Limits the size of any file written while it lives, as a full disk does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &old_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit old_;
  void (*handler_)(int);
};

TEST_F(SqliteTest, AFullDiskLosesNothingThatWasCommitted) {
  Database db = MustOpen();
  ASSERT_TRUE(db.Run("INSERT INTO word VALUES ('kept')").ok());
  {
    FileSizeLimit limit(64 << 10);
    absl::StatusOr<Transaction> transaction = db.Begin();
    ASSERT_TRUE(transaction.ok());
    absl::Status status =
        db.Run("INSERT INTO word VALUES (?)", {std::string(1 << 20, 'x')});
    if (status.ok()) status = transaction->Commit();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  }
  EXPECT_EQ(Count(db), 1);
  EXPECT_TRUE(db.Run("INSERT INTO word VALUES ('more')").ok());
  Database again = MustOpen();
  EXPECT_EQ(Count(again), 2);
}

TEST_F(SqliteTest, AFullDiskAtCreationLeavesNoFile) {
  {
    FileSizeLimit limit(4096);
    const absl::Status status = Database::Open(path_, kFirst).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

// Root may write anywhere, so it becomes nobody for a while.
class Unprivileged {
 public:
  Unprivileged() : was_(geteuid()) {
    if (was_ == 0 && seteuid(65534) != 0) return;
  }
  ~Unprivileged() {
    if (geteuid() != was_ && seteuid(was_) != 0) std::abort();
  }

 private:
  uid_t was_;
};

TEST_F(SqliteTest, AReadOnlyFolderIsPermissionDenied) {
  { MustOpen(); }
  chmod(path_.c_str(), 0666);
  chmod(folder_.c_str(), 0555);
  {
    Unprivileged nobody;
    if (faccessat(AT_FDCWD, folder_.c_str(), R_OK, AT_EACCESS) != 0 ||
        faccessat(AT_FDCWD, folder_.c_str(), W_OK, AT_EACCESS) == 0) {
      GTEST_SKIP() << "this account's files cannot be made read-only";
    }
    EXPECT_EQ(Database::Open(folder_ + "/new", kFirst).status().code(),
              absl::StatusCode::kPermissionDenied);
    absl::StatusOr<Database> db = Database::Open(path_, kFirst);
    ASSERT_TRUE(db.ok()) << db.status();
    EXPECT_EQ(db->Run("INSERT INTO word VALUES ('a')").code(),
              absl::StatusCode::kPermissionDenied);
    EXPECT_EQ(Database::Open(path_, kSecond).status().code(),
              absl::StatusCode::kPermissionDenied);
  }
  chmod(folder_.c_str(), 0755);
}

}  // namespace
}  // namespace sn37
