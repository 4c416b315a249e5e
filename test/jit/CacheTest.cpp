// Compiled code that is kept: it comes back as it was stored, or not at all.
#include "jit/JIT.h"
#include "loops/Builder.h"
#include "loops/Bytes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace gradus::jit {
namespace {

namespace fs = std::filesystem;
using namespace loops;

/// y = factor*x
Module product(double factor, const char *documentation = "") {
  Module m;
  FunctionBuilder f(m, "product");
  m.functions.back().documentation = documentation;
  ScalarId x = f.parameter(Kind::Real, "x");
  VariableId y = f.output(Kind::Real, "y");
  f.assign(y, f.apply(ir::Prim::Mul, {f.real(factor), x}));
  return m;
}

double call(const CompiledModule &code, double x) {
  double y = 0;
  void *arguments[] = {&x, &y};
  GradusFrame frame{};
  EXPECT_EQ(code.find("product")(&frame, arguments), 0);
  return y;
}

class CacheTest : public ::testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "gradus-cache-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root = pattern;
  }
  void TearDown() override { fs::remove_all(root); }

  static CacheKey key(uint8_t first) {
    CacheKey k{};
    k[0] = first;
    return k;
  }
  fs::path onlyFile() const {
    fs::path found;
    for (const auto &entry : fs::directory_iterator(root + "/code"))
      found = entry.path();
    return found;
  }
  void flip(std::streamoff at) const {
    std::fstream file(onlyFile(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char byte = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 1));
  }
  mode_t modeOf(const fs::path &path) const {
    struct stat s {};
    EXPECT_EQ(lstat(path.c_str(), &s), 0);
    return s.st_mode & 07777;
  }
  Cache cache(uint64_t limit = Cache::usualLimit) const { return Cache(root + "/code", limit); }

  std::string root;
};

TEST_F(CacheTest, GivesBackWhatWasStored) {
  EXPECT_FALSE(cache().load(key(1)));
  cache().store(key(1), "object");
  EXPECT_EQ(cache().load(key(1)), "object");
  EXPECT_FALSE(cache().load(key(2)));
  EXPECT_EQ(modeOf(root + "/code"), 0700u);
  EXPECT_EQ(modeOf(onlyFile()), 0600u);
  EXPECT_EQ(cache().contents().files, 1u);
  EXPECT_EQ(cache().clear().files, 1u);
  EXPECT_FALSE(cache().load(key(1)));
}

TEST_F(CacheTest, AnyChangedByteIsNoticed) {
  cache().store(key(1), "object");
  const auto size = static_cast<std::streamoff>(fs::file_size(onlyFile()));
  for (std::streamoff at = 0; at < size; ++at) {
    flip(at);
    EXPECT_FALSE(cache().load(key(1))) << at;
    flip(at);
  }
  EXPECT_TRUE(cache().load(key(1)));
  fs::resize_file(onlyFile(), static_cast<uintmax_t>(size - 1));
  EXPECT_FALSE(cache().load(key(1)));
}

TEST_F(CacheTest, AnEntryUnderAnotherNameIsForeign) {
  cache().store(key(1), "object");
  const std::string name = onlyFile().filename();
  fs::rename(onlyFile(), root + "/code/02" + name.substr(2));
  EXPECT_FALSE(cache().load(key(2)));
}

TEST_F(CacheTest, WhatOthersCouldWriteIsNotTrusted) {
  cache().store(key(1), "object");
  for (mode_t mode : {0640, 0604, 0660, 0602}) {
    ASSERT_EQ(chmod(onlyFile().c_str(), mode), 0);
    EXPECT_FALSE(cache().load(key(1))) << mode;
  }
  ASSERT_EQ(chmod(onlyFile().c_str(), 0600), 0);
  EXPECT_TRUE(cache().load(key(1)));
  for (mode_t mode : {0750, 0705, 0777}) {
    ASSERT_EQ(chmod((root + "/code").c_str(), mode), 0);
    EXPECT_FALSE(cache().load(key(1))) << mode;
    cache().store(key(2), "other");
    EXPECT_EQ(cache().contents().files, 0u);
  }
  ASSERT_EQ(chmod((root + "/code").c_str(), 0700), 0);
  EXPECT_EQ(cache().contents().files, 1u);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(onlyFile().c_str(), 1234, 1234), 0);
    EXPECT_FALSE(cache().load(key(1)));
  }
}

TEST_F(CacheTest, LinksAreNotFollowed) {
  cache().store(key(1), "object");
  const fs::path file = onlyFile(), elsewhere = root + "/elsewhere";
  fs::rename(file, elsewhere);
  fs::create_symlink(elsewhere, file);
  EXPECT_FALSE(cache().load(key(1)));
  EXPECT_EQ(cache().contents().files, 0u);
  // A store takes the place of the link and leaves its target alone.
  cache().store(key(1), "new");
  EXPECT_EQ(cache().load(key(1)), "new");
  EXPECT_TRUE(fs::exists(elsewhere));
  fs::create_directory_symlink(root + "/code", root + "/link");
  EXPECT_FALSE(Cache(root + "/link").load(key(1)));
  // Neither a pipe nor a directory in the place of an entry blocks or breaks.
  fs::remove(file);
  ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
  EXPECT_FALSE(cache().load(key(1)));
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_FALSE(cache().load(key(1)));
}

TEST_F(CacheTest, TheOldestGoesFirst) {
  const std::string object(1000, 'x');
  for (uint8_t k = 1; k <= 8; ++k) {
    cache().store(key(k), object);
    for (const auto &entry : fs::directory_iterator(root + "/code"))
      if (entry.path().filename().string()[1] == static_cast<char>('0' + k))
        fs::last_write_time(entry.path(), fs::file_time_type::clock::now() -
                                              std::chrono::hours(100 - k));
  }
  EXPECT_TRUE(cache().load(key(1))); // used just now
  cache(5000).evict();
  EXPECT_TRUE(cache().load(key(1)));
  EXPECT_FALSE(cache().load(key(2)));
  EXPECT_TRUE(cache().load(key(8)));
  EXPECT_LE(cache().contents().bytes, 5000u);
  EXPECT_GE(cache().contents().files, 3u);
}

TEST_F(CacheTest, NowhereToKeepIsNoError) {
  for (const char *directory : {"", "/proc/nowhere/code", "/dev/null/code"}) {
    const Cache nowhere{directory};
    nowhere.store(key(1), "object");
    EXPECT_FALSE(nowhere.load(key(1)));
    EXPECT_EQ(nowhere.contents().files, 0u);
  }
}

TEST_F(CacheTest, CodeIsCompiledOnce) {
  const Cache kept = cache();
  std::string error;
  const JitOptions options{Level::O0, true, &kept};
  auto first = Jit::compile(product(3), options, error);
  ASSERT_TRUE(first) << error;
  EXPECT_FALSE(first->cached());
  // Documentation is no part of the code.
  auto second = Jit::compile(product(3, "another word"), options, error);
  ASSERT_TRUE(second) << error;
  EXPECT_TRUE(second->cached());
  EXPECT_EQ(call(*first, 7), 21);
  EXPECT_EQ(call(*second, 7), 21);
  EXPECT_FALSE(second->find("nothing"));
  // Another number, level or rule is other code.
  EXPECT_FALSE(Jit::compile(product(4), options, error)->cached());
  EXPECT_FALSE(Jit::compile(product(3), JitOptions{Level::Fast, true, &kept}, error)->cached());
  EXPECT_FALSE(Jit::compile(product(3), JitOptions{Level::O0, false, &kept}, error)->cached());
  Module strict = product(3);
  strict.strict = true;
  EXPECT_FALSE(Jit::compile(strict, options, error)->cached());
}

TEST_F(CacheTest, WhatIsNoCodeIsCompiledAgain) {
  const Cache kept = cache();
  std::string error;
  const JitOptions options{Level::O0, true, &kept};
  // Sound by its checksum, but no object file: as if an older Gradus wrote it.
  const std::string choices = {static_cast<char>(Level::O0), 1};
  kept.store(cacheKey(bytesOf(product(3)), choices), "no object");
  auto code = Jit::compile(product(3), options, error);
  ASSERT_TRUE(code) << error;
  EXPECT_FALSE(code->cached());
  EXPECT_EQ(call(*code, 2), 6);
  EXPECT_TRUE(Jit::compile(product(3), options, error)->cached());
}

} // namespace
} // namespace gradus::jit
