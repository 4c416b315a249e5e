// A directory that lives as long as one test, for files the test writes.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

class Scratch : public ::testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "gradus-data-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root); }

  std::string put(const std::string &text, const std::string &name = "a.csv") const {
    const std::string path = root + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  /// The place of a fault without the directory of the test.
  std::string local(const std::string &place) const {
    return place.starts_with(root + "/") ? place.substr(root.size() + 1) : place;
  }
  std::string root;
};
