#include "support/Files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace gradus;
namespace fs = std::filesystem;

namespace {

class Files : public ::testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "gradus-files-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root = pattern;
  }
  void TearDown() override { fs::remove_all(root); }
  std::string path(const std::string &name) const { return root + "/" + name; }
  std::string put(const std::string &name, const std::string &text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  std::string root;
};

TEST_F(Files, ReadsWhole) {
  std::string text;
  EXPECT_FALSE(readFile(put("a", std::string("x\0y\n", 4)), text));
  EXPECT_EQ(text, std::string("x\0y\n", 4));
  EXPECT_FALSE(readFile(put("empty", ""), text));
  EXPECT_EQ(text, "");
}

TEST_F(Files, RefusesWhatIsNoRegularFile) {
  std::string text = "old";
  auto error = readFile(path("none"), text);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Diag::FileMissing);
  error = readFile(root, text);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Diag::FileUnreadable);
  EXPECT_NE(error->message.find("directory"), std::string::npos);
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  error = readFile(path("pipe"), text); // would wait for ever without O_NONBLOCK
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("pipe"), std::string::npos);
  error = readFile("/dev/zero", text);
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("device"), std::string::npos);
  EXPECT_TRUE(readFile(std::string("a\0b", 3), text));
}

TEST_F(Files, RefusesWhatIsTooLarge) {
  std::string text;
  const std::string name = put("big", std::string(101, 'x'));
  EXPECT_FALSE(readFile(name, text, 101));
  auto error = readFile(name, text, 100);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Diag::FileTooLarge);
}

TEST_F(Files, WritesWholeOrNotAtAll) {
  std::string text;
  EXPECT_FALSE(writeFile(path("out"), "first"));
  EXPECT_FALSE(writeFile(path("out"), "second"));
  EXPECT_FALSE(readFile(path("out"), text));
  EXPECT_EQ(text, "second");
  auto error = writeFile(path("no/such/directory"), "x");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, Diag::FileUnwritable);
  EXPECT_TRUE(writeFile(root, "x"));
  EXPECT_TRUE(writeFile("/dev/null", "x"));
  EXPECT_EQ(std::distance(fs::directory_iterator(root), {}), 1) << "temporary files left over";
}

TEST_F(Files, ReplacesALinkInsteadOfFollowingIt) {
  const std::string target = put("target", "keep");
  fs::create_symlink(target, path("link"));
  EXPECT_FALSE(writeFile(path("link"), "new"));
  std::string text;
  EXPECT_FALSE(readFile(target, text));
  EXPECT_EQ(text, "keep");
  EXPECT_FALSE(fs::is_symlink(path("link")));
}

TEST_F(Files, JudgesPathsWithLinksResolved) {
  fs::create_directories(path("in/deep"));
  fs::create_directories(path("inside"));
  put("in/a.csv", "");
  fs::create_symlink("/etc", path("in/link"));
  fs::create_symlink(path("in/deep"), path("in/near"));
  EXPECT_TRUE(isBelow(path("in/a.csv"), path("in")));
  EXPECT_TRUE(isBelow(path("in/a.csv"), path("in/")));
  EXPECT_TRUE(isBelow(path("in/near/x"), path("in")));
  EXPECT_TRUE(isBelow(path("in/not/there"), path("in")));
  EXPECT_FALSE(isBelow(path("in/../x"), path("in")));
  EXPECT_FALSE(isBelow(path("inside"), path("in"))) << "a common beginning is not a directory";
  EXPECT_FALSE(isBelow(path("in/link/passwd"), path("in")));
  EXPECT_FALSE(isBelow("/etc/passwd", path("in")));
  EXPECT_FALSE(isBelow(path("x"), path("no such root")));
}

TEST(Paths, Parts) {
  EXPECT_EQ(directoryOf("a/b.opt"), "a");
  EXPECT_EQ(directoryOf("b.opt"), ".");
  EXPECT_EQ(stemOf("a/b.c.opt"), "b.c");
  EXPECT_EQ(besideFile("a/b.opt", "d/x.csv"), "a/d/x.csv");
  EXPECT_EQ(besideFile("b.opt", "x.csv"), "x.csv");
  EXPECT_EQ(besideFile("a/b.opt", "/x.csv"), "/x.csv");
}

} // namespace
